"""The result of a trial as its jobs' records have it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.study import StudyDirection
from optuna.trial import TrialState

from sweeps.results import record_results
from sweeps.results.result_file import Result
from sweeps.study.notes import note_job
from sweeps.study.trial import Job, TrialView

LESS, MORE = StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE
OWN = {"state": "COMPLETE", "objective": {"value": 1.5, "direction": "minimize"}}


def write(folder: Path, record: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")


def result_of(
    root: Path,
    *records: Any,
    objective: list[str] | None = None,
    directions: Sequence[StudyDirection] = (LESS,),
) -> Result | None:
    """What is read of a trial that runs, whose jobs have left these records; more than one of replicates."""
    study = optuna.create_study(directions=directions)
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    if len(directions) == 1:
        trial.report(3.0, 1)
    folders = ["0"] if len(records) == 1 else [f"0/{index}" for index in range(len(records))]
    for folder, record in zip(folders, records, strict=True):
        write(root / folder, record)
    note_job(study._storage, trial._trial_id, Job(folder="0", replicates=folders if records[1:] else None))
    return record_results.read(root, study.get_trials()[0], study, objective)


def test_the_result_has_the_objective_of_the_record_and_all_that_the_study_has(tmp_path: Path) -> None:
    result = result_of(tmp_path, OWN)
    assert result is not None
    assert (result.number, result.state, result.values) == (0, TrialState.COMPLETE, (1.5,))
    assert result.params.keys() == result.distributions.keys() == {"x"}
    assert result.intermediate_values == {1: 3.0}
    assert TrialView(result).folder == "0"
    assert TrialView(result).replicates == []
    assert result.started <= result.ended


def test_named_numbers_are_read_in_the_order_of_the_names(tmp_path: Path) -> None:
    record = {"state": "COMPLETE", "metrics": {"loss": 2.0}, "provenance": {"seconds": 7}}
    two = (LESS, MORE)
    result = result_of(tmp_path, record, objective=["seconds", "loss"], directions=two)
    assert result is not None
    assert result.values == (7.0, 2.0)
    assert result_of(tmp_path, record, objective=["seconds", "nll"], directions=two) is None


def test_of_replicates_the_value_is_the_mean_and_each_is_there(tmp_path: Path) -> None:
    records = [{"state": "COMPLETE", "metrics": {"loss": value}} for value in (1.0, 2.0, 6.0)]
    result = result_of(tmp_path, *records, objective=["loss"])
    assert result is not None
    assert result.values == (3.0,)
    assert TrialView(result).replicates == [1.0, 2.0, 6.0]
    records[1]["state"] = "RUNNING"
    assert result_of(tmp_path, *records, objective=["loss"]) is None


@pytest.mark.parametrize(
    "record",
    [
        OWN | {"state": "RUNNING"},
        OWN | {"state": "FAIL"},
        {"objective": OWN["objective"]},
        {"state": "COMPLETE"},
        OWN | {"objective": 1.5},
        OWN | {"objective": {"value": 1.5}},
        OWN | {"objective": {"value": 1.5, "direction": "maximize"}},
        OWN | {"objective": {"value": None, "direction": "minimize"}},
        OWN | {"objective": {"value": float("nan"), "direction": "minimize"}},
        [OWN],
    ],
    ids=str,
)
def test_a_record_that_does_not_say_what_the_study_asks_for_is_no_result(tmp_path: Path, record: Any) -> None:
    assert result_of(tmp_path, record) is None


def test_a_record_names_only_one_objective(tmp_path: Path) -> None:
    assert result_of(tmp_path, OWN, directions=(LESS, LESS)) is None


def test_a_trial_without_a_record_or_a_folder_has_no_result(tmp_path: Path) -> None:
    study = optuna.create_study()
    trial = study.ask()
    assert record_results.read(tmp_path, study.get_trials()[0], study, None) is None
    note_job(study._storage, trial._trial_id, Job(folder="0"))
    assert record_results.read(tmp_path, study.get_trials()[0], study, None) is None
    write(tmp_path / "0", OWN)
    assert record_results.read(tmp_path, study.get_trials()[0], study, None) is not None
