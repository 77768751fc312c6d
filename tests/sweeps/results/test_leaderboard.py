"""The leaderboard: the study's trials, value by value."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import optuna
import pandas as pd
import pytest
from optuna.trial import TrialState

import sweeps
from sweeps.results import tables
from sweeps.results.csv_file import numbers_of
from sweeps.results.leaderboard import leaderboard
from sweeps.results.ledger import Ledger
from sweeps.search.queue import enqueue_retries
from sweeps.study import attributes
from sweeps.study.folder import StudyFolder
from sweeps.study.trial import Cause
from tests.conftest import OUTSIDE, SMALL, Command
from tests.sweeps.conftest import Start, Sweep, folder_of, lines, study_of, wait_for
from tests.sweeps.parts import end, journal_study
from tests.sweeps.results.entries import entered


def assert_board_is_the_study(board: pd.DataFrame, study: optuna.Study) -> None:
    trials = {trial.number: trial for trial in study.trials if trial.state.name != "WAITING"}
    assert sorted(board["trial"]) == sorted(trials)
    for _, row in board.iterrows():
        trial = trials[row["trial"]]
        assert row["state"] == trial.state.name
        if trial.state.name in ("COMPLETE", "PRUNED"):
            assert row["value"] == trial.value
        for name, value in trial.params.items():
            assert row[f"params_{name}"] == value


def test_rows_are_the_trials_best_first(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=5,0.5,1,0.3", "shape=round,wide", "trouble=raise", "trouble_at=1")
    study = study_of(tmp_path)
    board = leaderboard(study, folder_of(tmp_path))
    assert_board_is_the_study(board, study)
    values = board["value"].dropna().tolist()
    assert values == sorted(values)
    assert board["rank"].dropna().tolist() == [1, 2, 3, 4, 5, 6]
    assert board["state"].tolist() == ["COMPLETE"] * 6 + ["FAIL"] * 2
    assert board["reason"].dropna().unique().tolist() == ["RuntimeError: no luck with x=1"]
    written = tables.read(folder_of(tmp_path) / "leaderboard.csv")
    pd.testing.assert_frame_equal(written, board, check_exact=True)
    pd.testing.assert_frame_equal(sweeps.leaderboard(study, folder_of(tmp_path), rebuild=True), board)
    pd.testing.assert_frame_equal(sweeps.leaderboard(folder_of(tmp_path)), board)
    (folder_of(tmp_path) / "trials.csv").unlink()
    pd.testing.assert_frame_equal(leaderboard(study, folder_of(tmp_path)), board)


def test_the_board_is_right_while_the_sweep_runs(start: Start, tmp_path: Path) -> None:
    events = tmp_path / "events"
    process = start("x=0.1,0.2,0.3", "slow_at=0.3", "seconds=30", f"events={events}")
    wait_for(lambda: "start 2 0.3" in lines(events))
    folder = folder_of(tmp_path)
    wait_for(lambda: len(lines(folder / "trials.csv")) == 3)
    board = leaderboard(study_of(tmp_path), folder)
    process.terminate()
    process.communicate(timeout=60)
    assert board["trial"].tolist() == [1, 0, 2]
    assert board["state"].tolist() == ["COMPLETE", "COMPLETE", "RUNNING"]


def test_a_torn_or_foreign_trials_file_changes_nothing(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=1,2,3")
    folder = folder_of(tmp_path)
    board = leaderboard(study_of(tmp_path), folder)
    text = (folder / "trials.csv").read_text()
    for damaged in (text[:-20], "a,b\n1,2\n", "", text.replace("COMPLETE", "FAIL"), "\x00"):
        (folder / "trials.csv").write_text(damaged)
        again = leaderboard(study_of(tmp_path), folder)
        pd.testing.assert_frame_equal(again[board.columns], board)


def test_replicates_are_one_trial_with_an_interval(sweep: Sweep, tmp_path: Path) -> None:
    # y is the "seed": 2, 3, 4, so that the values are known.
    result = sweep(
        "x=0.3,1.3", "hydra.sweeper.replicates=3", "hydra.sweeper.seed_key=y", f"events={tmp_path}/e"
    )
    assert result.returncode == 0, result.stderr
    study = study_of(tmp_path)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 2
    assert len(lines(tmp_path / "e")) == 12
    values = [1 / 3, 1 + 1 / 3, 4 + 1 / 3]
    assert study.trials[0].value == pytest.approx(sum(values) / 3, abs=1e-15)
    board = leaderboard(study, folder_of(tmp_path))
    assert [float(text) for text in board["replicates"][0].split()] == pytest.approx(values)
    half = 4.302652729911275 * (sum((v - sum(values) / 3) ** 2 for v in values) / 2 / 3) ** 0.5
    assert board["high"][0] - board["low"][0] == pytest.approx(2 * half)
    for index in range(3):
        assert (folder_of(tmp_path) / "0" / str(index) / ".hydra" / "config.yaml").exists()


def test_only_the_first_replicate_may_be_pruned(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep(
        "x=0.3,5",
        "hydra.sweeper.replicates=2",
        "hydra.sweeper.seed_key=y",
        "hydra/sweeper/optuna_study/pruner=median",
        "hydra.sweeper.pruner.n_startup_trials=1",
        f"events={tmp_path}/e",
    )
    assert result.returncode == 0, result.stderr
    assert [trial.state.name for trial in study_of(tmp_path).trials] == ["COMPLETE", "PRUNED"]
    assert sum(line.startswith("start 1") for line in lines(tmp_path / "e")) == 1
    assert list(study_of(tmp_path).trials[0].intermediate_values) == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hydra.sweeper.replicates=2"], "needs hydra.sweeper.seed_key"),
        (["hydra.sweeper.replicates=0"], "hydra.sweeper.replicates=0: must be"),
        (["hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=x"], "x must not be swept then"),
        (
            ["hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=sizes"],
            "must name a field with a whole number",
        ),
    ],
)
def test_replicates_need_a_seed(sweep: Sweep, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = sweep("x=1,2", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_several_objectives_are_ranked_by_fronts(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=0.3", "y=0,1,2,3", "several=true", "hydra.sweeper.direction=[minimize,minimize]")
    board = leaderboard(study_of(tmp_path), folder_of(tmp_path))
    assert dict(zip(board["params_y"], board["rank"], strict=True)) == {0: 1, 1: 1, 2: 1, 3: 2}


@pytest.mark.slow
def test_columns_of_a_model_come_from_its_records(command: Command, tmp_path: Path) -> None:
    arguments = (*SMALL, "figures.enabled=false", "training.epochs=1", "hydra.sweep.dir=s")
    result = command(
        "lstm_vae.train", "--multirun", *arguments, "encoder.fc=[8],[]", "hydra.sweeper.replicates=2"
    )
    assert result.returncode == 0, result.stderr
    board = tables.read(tmp_path / "s" / "leaderboard.csv")
    assert board["objective"].tolist() == ["val_loss"] * 2
    for _, row in board.iterrows():
        found = [
            json.loads((tmp_path / "s" / str(row["trial"]) / str(index) / "record.json").read_text())
            for index in range(2)
        ]
        assert [record["provenance"]["seed"] for record in found] == [0, 1]
        for name in ("val_bce", "val_kl", "val_loss", "test_loss"):
            assert row[name] == sum(record["metrics"][name] for record in found) / 2
        assert row["data_fingerprint"] == found[0]["provenance"]["data_fingerprint"]
        assert row["config_hash"] == found[0]["config_hash"]
        assert row["value"] == pytest.approx(row["val_loss"], rel=1e-15)


def test_reading_boards_needs_no_tensorflow() -> None:
    code = (
        "import sys, sweeps.__main__; "
        "print(sorted({'tensorflow', 'keras', 'scipy.stats', 'matplotlib'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=OUTSIDE, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_a_row_from_before_the_objective_had_a_name_is_made_anew(tmp_path: Path) -> None:
    """A trial that fails before any is complete does not know what the records call the objective."""
    study = journal_study(tmp_path)
    ledger = Ledger(study, StudyFolder(tmp_path))
    for number, state in enumerate([TrialState.FAIL, TrialState.COMPLETE]):
        trial = study.ask()
        (tmp_path / str(number)).mkdir()
        trial.set_user_attr(attributes.JOB, {"folder": str(number), "beat": 0.0})
        if state == TrialState.COMPLETE:
            metrics, provenance = {"val_loss": 1.0}, {"gpus": ""}
            said = {"objective": {"name": "val_loss"}, "provenance": provenance, "metrics": metrics}
            (tmp_path / str(number) / "record.json").write_text(json.dumps(said))
        study.tell(trial, 1.0 if state == TrialState.COMPLETE else None, state=state)
        ledger.enter(study.trials[number])
    board = leaderboard(study, tmp_path)
    assert list(board["objective"]) == ["val_loss", "val_loss"]
    assert tables.text_of(board) == tables.text_of(leaderboard(study, tmp_path, rebuild=True))


def test_a_trial_stands_there_once_however_often_it_was_tried(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    ledger = Ledger(study, StudyFolder(tmp_path))

    def numbers() -> list[int]:
        return sorted(leaderboard(study, tmp_path)["trial"])

    def tried() -> int:
        trial = study.ask()
        end(study, trial, Cause.INTERRUPTED)
        ledger.enter(study.trials[trial.number])
        return trial.number

    assert (tried(), tried()) == (0, 1)
    enqueue_retries(study, 0)
    assert numbers() == [0, 1]  # nobody has begun to try them again
    assert tried() == 2
    assert numbers() == [1, 2]
    again = study.ask()
    end(study, again, Cause.SURPLUS)
    assert numbers() == [1, 2]  # who has given way takes nobody's place
    enqueue_retries(study, 0)
    for value in (3.0, 4.0):
        trial = study.ask()
        study.tell(trial, value)
        ledger.enter(study.trials[trial.number])
    board = leaderboard(study, tmp_path)
    assert board["state"].tolist() == ["COMPLETE", "COMPLETE"]
    assert sorted(board["retry_of"]) == [1, 2]
    assert numbers_of(StudyFolder(tmp_path).trials) == {0, 1, 2, *board["trial"]}


@pytest.mark.parametrize("ended", itertools.permutations(range(3)))
def test_columns_do_not_depend_on_which_trial_ended_first(tmp_path: Path, ended: tuple[int, ...]) -> None:
    study = journal_study(tmp_path)
    ledger = Ledger(study, StudyFolder(tmp_path))
    states = [TrialState.COMPLETE, TrialState.FAIL, TrialState.FAIL]
    for number in range(3):
        trial = study.ask()
        if number < 2:
            trial.report(2.0, 1)
    for number in ended:
        entered(study, ledger, number, states[number])
    table, board = ledger._folder.trials.read_text(), tables.text_of(leaderboard(study, tmp_path))
    assert board == tables.text_of(leaderboard(study, tmp_path, rebuild=True))
    ledger.rebuild()
    assert sorted(table.splitlines()) == sorted(ledger._folder.trials.read_text().splitlines())


def test_names_with_half_characters_are_written_as_escapes(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    ledger = Ledger(study, StudyFolder(tmp_path))
    for number in range(2):
        study.ask().suggest_float("\ud800", 0, 1)
        entered(study, ledger, number, TrialState.COMPLETE)
    board = leaderboard(study, tmp_path)
    assert "params_\\ud800" in board.columns
    assert tables.text_of(board) == tables.text_of(leaderboard(study, tmp_path, rebuild=True))
    ledger.rebuild()
    assert tables.read(ledger._folder.trials)["params_\\ud800"].notna().all()
