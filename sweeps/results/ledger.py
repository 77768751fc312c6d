"""Keeping a study's tables while it runs: a row a finished trial, and now and then the ranked board."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial

from sweeps.errors import SweepError
from sweeps.results import records
from sweeps.results.csv_file import append, numbers_of, write_rows
from sweeps.results.row import header_of, row_of
from sweeps.study.folder import StudyFolder
from sweeps.study.trial import is_surplus

LEAST_SECONDS = 60.0  # between two ranked boards
SHARE = 0.02  # of the time that ranking may take


class Ledger:
    """Writes a study's tables.

    Args:
        study: Optuna's.
        folder: of the study.
    """

    def __init__(self, study: Study, folder: StudyFolder) -> None:
        self._study, self._folder = study, folder
        self._next = time.monotonic() + LEAST_SECONDS

    def enter(self, trial: FrozenTrial) -> None:
        """Appends the row of a trial that has ended, at a cost that does not depend on how many there are."""
        row = self._row(trial)
        try:
            with self._folder.locked():
                append(self._folder.trials, row)
        except SweepError:  # somebody has spoilt the table
            self.rebuild()
        if time.monotonic() >= self._next:
            self.rank()

    def complete(self) -> None:
        """Writes the table anew where a row is missing, of a trial that ended while its process died or the
        disk was full, or torn."""
        wanted_numbers = {trial.number for trial in self._study.get_trials(deepcopy=False) if _has_row(trial)}
        if not wanted_numbers:
            return
        if numbers_of(self._folder.trials) != wanted_numbers:
            self.rebuild()

    def rebuild(self) -> None:
        """Writes `trials.csv` anew, from the study and the records."""
        with self._folder.locked():
            trials = self._study.get_trials(deepcopy=False)
            rows = [self._row(trial) for trial in sorted(trials, key=_ended) if _has_row(trial)]
            write_rows(self._folder.trials, rows)

    def _row(self, trial: FrozenTrial) -> dict[str, Any]:
        job_records = records.of_trial(trial, self._folder.path)
        return row_of(trial, header_of(self._study, job_records[0] if job_records else None), job_records)

    def rank(self) -> None:
        """Writes the ranked board."""
        from sweeps.results import tables  # pandas: not before it is needed
        from sweeps.results.leaderboard import leaderboard

        start = time.monotonic()
        board = leaderboard(self._study, self._folder.path)
        if not board.empty:
            tables.write(self._folder.leaderboard, board)
        seconds = time.monotonic() - start
        self._next = time.monotonic() + max(LEAST_SECONDS, seconds / SHARE)


def _has_row(trial: FrozenTrial) -> bool:
    return trial.state.is_finished() and not is_surplus(trial)


def _ended(trial: FrozenTrial) -> datetime:
    return trial.datetime_complete or datetime.max
