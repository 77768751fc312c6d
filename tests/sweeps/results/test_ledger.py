"""A study's tables are kept while it runs, and mended where something has happened to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from sweeps.results import ledger as module
from sweeps.results import tables
from sweeps.results.ledger import Ledger
from sweeps.study.folder import StudyFolder
from sweeps.study.notes import note_failure
from sweeps.study.trial import Cause
from tests.sweeps.parts import journal_study
from tests.sweeps.results.entries import entered


def begun(tmp_path: Path, trials: int) -> tuple[optuna.Study, Ledger]:
    """A study with so many trials that run, and its ledger."""
    study = journal_study(tmp_path)
    for _ in range(trials):
        study.ask()
    return study, Ledger(study, StudyFolder(tmp_path))


def ledger_of_three(tmp_path: Path) -> tuple[Ledger, Path]:
    """The ledger and the table of a study of three trials, of which the last has ended first."""
    study, ledger = begun(tmp_path, 3)
    for number, state in ((2, TrialState.COMPLETE), (0, TrialState.FAIL), (1, TrialState.COMPLETE)):
        entered(study, ledger, number, state)
    return ledger, tmp_path / "trials.csv"


def test_a_table_that_was_spoilt_is_written_anew(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    ledger = Ledger(study, StudyFolder(tmp_path))
    for _ in range(3):
        study.ask()
    entered(study, ledger, 0, TrialState.FAIL)
    with ledger._folder.trials.open("ab") as file:
        file.write(b"\xff\xfe\n")
    entered(study, ledger, 1, TrialState.FAIL)  # appended, without a look at other rows
    entered(study, ledger, 2, TrialState.COMPLETE)  # has a new column
    assert tables.read(ledger._folder.trials)["trial"].tolist() == [0, 1, 2]


def test_rows_stand_in_the_order_in_which_trials_have_ended(tmp_path: Path) -> None:
    ledger, table = ledger_of_three(tmp_path)
    assert tables.read(table)["trial"].tolist() == [2, 0, 1]
    before = table.read_bytes()
    table.unlink()
    ledger.rebuild()
    assert table.read_bytes() == before


def test_a_table_with_every_row_is_not_written_again(tmp_path: Path) -> None:
    ledger, table = ledger_of_three(tmp_path)
    before = table.stat()
    ledger.complete()
    assert (table.stat().st_ino, table.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


HARMS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "empty": lambda _: [],
    "a row missing": lambda rows: [rows[0], *rows[2:]],
    "torn": lambda rows: [*rows[:-1], rows[-1][:-3]],
    "a row twice": lambda rows: [*rows, rows[1]],
    "no table": lambda _: [b"\xff\xfe\n"],
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_table_that_was_harmed_is_completed(tmp_path: Path, harm: str) -> None:
    ledger, table = ledger_of_three(tmp_path)
    before = table.read_bytes()
    table.write_bytes(b"".join(HARMS[harm](before.splitlines(keepends=True))))
    ledger.complete()
    assert table.read_bytes() == before


def test_a_trial_that_runs_or_gave_way_has_no_row(tmp_path: Path) -> None:
    study, ledger = begun(tmp_path, 3)
    ledger.complete()
    assert not (tmp_path / "trials.csv").exists()
    surplus = study.trials[0]._trial_id
    note_failure(study._storage, surplus, Cause.SURPLUS, "another had it")
    study._storage.set_trial_state_values(surplus, TrialState.FAIL)
    entered(study, ledger, 2, TrialState.FAIL)
    ledger.rebuild()
    ledger.complete()
    assert tables.read(tmp_path / "trials.csv")["trial"].tolist() == [2]


def test_the_board_is_ranked_best_first_and_an_empty_one_is_not_written(tmp_path: Path) -> None:
    study, ledger = begun(tmp_path, 2)
    Ledger(journal_study(tmp_path, "another"), StudyFolder(tmp_path)).rank()
    assert not (tmp_path / "leaderboard.csv").exists()
    for number, value in ((0, 2.0), (1, 1.0)):
        study.tell(number, value)
    ledger.rank()
    board = tables.read(tmp_path / "leaderboard.csv")
    assert (board["trial"].tolist(), board["value"].tolist()) == ([1, 0], [1.0, 2.0])


def test_only_now_and_then_does_a_row_bring_a_new_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, ledger = begun(tmp_path, 3)
    board = tmp_path / "leaderboard.csv"
    entered(study, ledger, 0, TrialState.COMPLETE)
    assert not board.exists()  # a minute has not passed
    monkeypatch.setattr(module, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(module, "SHARE", 1e-9)
    ledger = Ledger(study, StudyFolder(tmp_path))
    entered(study, ledger, 1, TrialState.COMPLETE)
    written = board.read_bytes()
    assert tables.read(board)["state"].tolist() == ["COMPLETE", "COMPLETE", "RUNNING"]
    entered(study, ledger, 2, TrialState.COMPLETE)  # so soon after, ranking would take more than its share
    assert board.read_bytes() == written
