"""Results that jobs left in their folders and the study does not know."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import optuna
import pytest
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps.results import result_file
from sweeps.results.outcome import Outcome
from sweeps.search.restoring import restore_results
from sweeps.study import attributes
from sweeps.study.folder import StudyFolder
from sweeps.study.leases import Lease, Watch
from tests.sweeps.parts import journal_study

COMPLETE = Outcome(TrialState.COMPLETE, (1.5,))
PRUNED = Outcome(TrialState.PRUNED, reason="pruned at step 2")


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder(tmp_path)


def taken(folder: StudyFolder, place: str | None = "0") -> tuple[Trial, Lease]:
    """A trial that a worker runs in a folder below, or has not given one yet."""
    trial = journal_study(folder.path).ask()
    lease = Lease(folder.leases, trial, 60)
    trial.set_user_attr(
        attributes.JOB, lease.take().to_attribute() | ({"folder": place} if place is not None else {})
    )
    trial.suggest_float("x", 0, 1)
    (folder.path / (place or "none")).mkdir(exist_ok=True)
    return trial, lease


def left(folder: StudyFolder, trial: Trial, outcome: Outcome, place: str = "0") -> None:
    """The trial's job has ended, and the study was not told."""
    result_file.write(folder.path / place, trial.study, trial, outcome)


def restored(folder: StudyFolder, everywhere: bool = False, grace: float = 3600) -> list[int]:
    study = journal_study(folder.path)
    return restore_results(study, folder, Watch(folder.leases, grace), None, everywhere)


def only(folder: StudyFolder) -> FrozenTrial:
    (trial,) = journal_study(folder.path).get_trials()
    return trial


def test_what_a_dead_worker_has_finished_is_entered_once(folder: StudyFolder) -> None:
    trial, lease = taken(folder)
    left(folder, trial, COMPLETE)
    assert restored(folder) == []  # it lives, and will say so itself
    lease.release()
    assert restored(folder) == [0]
    assert restored(folder, everywhere=True) == []
    assert (only(folder).state, only(folder).value, only(folder).params) == (
        TrialState.COMPLETE,
        1.5,
        trial.params,
    )


@pytest.mark.parametrize("value", [0.5, math.nan])
def test_what_was_stopped_is_entered_with_its_reason(folder: StudyFolder, value: float) -> None:
    trial, lease = taken(folder)
    trial.report(value, 2)
    left(folder, trial, PRUNED)
    lease.release()
    assert restored(folder) == [0]
    assert only(folder).state == TrialState.PRUNED
    assert only(folder).user_attrs[attributes.REASON] == "pruned at step 2"


@pytest.mark.parametrize(("outcome", "entered"), [(COMPLETE, [0]), (PRUNED, [])])
def test_a_curve_that_the_study_has_lost(folder: StudyFolder, outcome: Outcome, entered: list[int]) -> None:
    """Of a stopped trial the rungs may be lost too: it is run again."""
    trial, lease = taken(folder)
    journal = folder.path / "study.journal"
    before = journal.read_bytes()
    trial.report(0.5, 2)
    left(folder, trial, outcome)
    lease.release()
    journal.write_bytes(before)
    assert restored(folder) == entered
    assert only(folder).intermediate_values == ({2: 0.5} if entered else {})


@pytest.mark.parametrize("outcome", [COMPLETE, PRUNED])
def test_a_trial_that_the_study_has_lost(folder: StudyFolder, outcome: Outcome) -> None:
    study = journal_study(folder.path)
    journal = folder.path / "study.journal"
    before = journal.read_bytes()
    trial, lease = taken(folder)
    left(folder, trial, outcome)
    lease.release()
    journal.write_bytes(before)
    assert restored(folder) == []  # who has not looked everywhere does not see it
    found = restored(folder, everywhere=True)
    assert found == ([0] if outcome is COMPLETE else [])
    assert restored(folder, everywhere=True) == []
    trials = journal_study(folder.path).get_trials()
    assert [(t.value, t.params) for t in trials] == ([(1.5, trial.params)] if found else [])
    assert study.study_name == "study"


def test_a_dead_trial_whose_folder_the_study_has_lost(folder: StudyFolder) -> None:
    first, lease = taken(folder, None)
    journal = folder.path / "study.journal"
    before = journal.read_bytes()
    job = first.user_attrs[attributes.JOB] | {"folder": "0"}
    first.set_user_attr(attributes.JOB, job)
    (folder.path / "0").mkdir()
    left(folder, first, COMPLETE)
    journal.write_bytes(before)
    assert restored(folder) == []
    lease.release()
    assert restored(folder) == [0]
    assert (only(folder).state, only(folder).value) == (TrialState.COMPLETE, 1.5)
    assert only(folder).user_attrs[attributes.JOB]["folder"] == "0"


def changed(folder: StudyFolder, **fields: object) -> None:
    path = folder.path / "0" / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"study": "another"},
        {"values": [1.0, 2.0]},
        {"values": ["inf"]},
        {"state": "RUNNING"},
        {"trial": -1},
        {"params": {"x": 7.0}},
        {"user_attrs": {attributes.JOB: {"folder": "elsewhere"}}},
    ],
    ids=str,
)
def test_what_is_no_result_of_the_trial_is_left_alone(
    folder: StudyFolder, fields: Mapping[str, object]
) -> None:
    trial, lease = taken(folder)
    left(folder, trial, COMPLETE)
    lease.release()
    changed(folder, **fields)
    assert restored(folder) == []
    assert restored(folder, everywhere=True) == []
    assert only(folder).state == TrialState.RUNNING


def test_a_combination_that_another_trial_has_is_not_entered_twice(folder: StudyFolder) -> None:
    study = journal_study(folder.path)
    for number in (0, 1):
        study.enqueue_trial({"x": 0.5}, user_attrs={attributes.COMBINATION: "key"})
        trial, lease = taken(folder, str(number))
        left(folder, trial, COMPLETE, str(number))
        lease.release()
        if number == 0:
            study.tell(trial, 1.5)
        else:
            study.tell(trial, state=TrialState.FAIL)
    assert restored(folder, everywhere=True) == []
    assert [t.state for t in optuna.load_study(study_name="study", storage=study._storage).trials] == [
        TrialState.COMPLETE,
        TrialState.FAIL,
    ]
