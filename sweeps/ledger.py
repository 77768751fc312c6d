"""Keeping a study's tables while it runs: a row a finished trial, and now and then the ranked board."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial

from sweeps import attributes
from sweeps.csv_rows import append
from sweeps.rows import header_of, row_of
from sweeps.study_folder import StudyFolder

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
        with self._folder.locked():
            append(self._folder.trials, row)
        if time.monotonic() >= self._next:
            self.rank()

    def rebuild(self) -> None:
        """Writes `trials.csv` anew, from the study and the records."""
        with self._folder.locked():
            trials = self._study.get_trials(deepcopy=False)
            self._folder.trials.unlink(missing_ok=True)
            for trial in sorted(trials, key=lambda trial: trial.datetime_complete or datetime.max):
                if trial.state.is_finished() and trial.user_attrs.get(attributes.CAUSE) != attributes.SURPLUS:
                    append(self._folder.trials, self._row(trial))

    def _row(self, trial: FrozenTrial) -> dict[str, Any]:
        return row_of(trial, header_of(self._study, self._folder.path, trial))

    def rank(self) -> None:
        """Writes the ranked board."""
        from sweeps import tables  # pandas: not before it is needed
        from sweeps.board import leaderboard

        started = time.monotonic()
        board = leaderboard(self._study, self._folder.path)
        if not board.empty:
            tables.write(self._folder.leaderboard, board)
        took = time.monotonic() - started
        self._next = time.monotonic() + max(LEAST_SECONDS, took / SHARE)
