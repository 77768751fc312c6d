"""A study is told how a trial ended, once; its folder says so before."""

from __future__ import annotations

import json
import math
from pathlib import Path

import optuna
import pytest
from optuna.exceptions import StorageInternalError
from optuna.storages import InMemoryStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps.results import result_file
from sweeps.results.outcome import Outcome
from sweeps.search.telling import fail, fail_by, fail_own, tell
from sweeps.study import attributes
from sweeps.study.notes import note_job, note_reason
from sweeps.study.trial import Cause, Job, Spared, TrialView
from tests.sweeps.parts import journal_study, started

COMPLETE = Outcome(TrialState.COMPLETE, (1.5,))
PRUNED = Outcome(TrialState.PRUNED, reason="pruned at step 2")
FAILED = Outcome(TrialState.FAIL, reason="ValueError: why")


def placed(study: Study, folder: Path) -> Trial:
    """A trial that runs in folder 0, where its job has begun a record."""
    trial = started(study)
    note_job(study._storage, trial._trial_id, Job(folder="0"))
    (folder / "0").mkdir()
    (folder / "0" / "record.json").write_text('{"state": "RUNNING"}', encoding="utf-8")
    return trial


def only(study: Study) -> FrozenTrial:
    (trial,) = study.get_trials()
    return trial


def record_of(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "0" / "record.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("outcome", [COMPLETE, PRUNED], ids=["complete", "pruned"])
def test_the_study_and_the_folder_say_the_same(tmp_path: Path, outcome: Outcome) -> None:
    study = journal_study(tmp_path)
    tell(study, placed(study, tmp_path), outcome, tmp_path, "0")
    trial = only(study)
    assert (trial.state, tuple(trial.values or ())) == (outcome.state, outcome.values)
    assert (TrialView(trial).reason or "") == outcome.reason
    result = result_file.read(tmp_path / "0" / result_file.NAME, "study")
    assert result is not None
    assert (result.state, result.params, result.reason) == (trial.state, trial.params, outcome.reason)
    assert tuple(result.values or ()) == outcome.values


def test_replicates_are_told_with_their_mean(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    outcome = Outcome(TrialState.COMPLETE, (2.0,), replicates=(1.0, 3.0))
    tell(study, placed(study, tmp_path), outcome, tmp_path, "0")
    assert (only(study).value, TrialView(only(study)).replicates) == (2.0, [1.0, 3.0])


def test_a_job_that_failed_leaves_no_result_and_a_record_that_says_why(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    tell(study, placed(study, tmp_path), FAILED, tmp_path, "0")
    view = TrialView(only(study))
    assert (only(study).state, view.cause, view.reason) == (TrialState.FAIL, Cause.RAISED, FAILED.reason)
    assert record_of(tmp_path) == {"state": "FAIL", "reason": FAILED.reason}
    assert not (tmp_path / "0" / result_file.NAME).exists()


class Away(InMemoryStorage):
    """Goes away when a trial is to end."""

    def set_trial_state_values(self, *arguments: object, **options: object) -> bool:
        raise StorageInternalError("gone")


@pytest.mark.parametrize("outcome", [COMPLETE, PRUNED], ids=["complete", "pruned"])
def test_what_the_study_could_not_be_told_is_in_the_folder(tmp_path: Path, outcome: Outcome) -> None:
    study = optuna.create_study(storage=Away(), study_name="study")
    with pytest.raises(StorageInternalError):
        tell(study, placed(study, tmp_path), outcome, tmp_path, "0")
    result = result_file.read(tmp_path / "0" / result_file.NAME, "study")
    assert result is not None
    assert (result.number, result.state) == (0, outcome.state)


@pytest.mark.parametrize("outcome", [COMPLETE, PRUNED, FAILED], ids=["complete", "pruned", "failed"])
def test_the_result_of_a_trial_that_was_given_up_is_not_used(tmp_path: Path, outcome: Outcome) -> None:
    study = journal_study(tmp_path)
    trial = placed(study, tmp_path)
    assert fail(journal_study(tmp_path), only(study), Cause.LOST, "its worker died", tmp_path)
    tell(study, trial, outcome, tmp_path, "0")
    view = TrialView(only(study))
    assert (only(study).state, view.cause, view.reason) == (TrialState.FAIL, Cause.LOST, "its worker died")


@pytest.mark.parametrize("outcome", [PRUNED, FAILED], ids=["pruned", "failed"])
def test_people_are_told_of_a_result_that_is_not_used(
    tmp_path: Path, outcome: Outcome, capsys: pytest.CaptureFixture[str]
) -> None:
    study = journal_study(tmp_path)
    trial = placed(study, tmp_path)
    study.tell(trial, state=TrialState.FAIL)
    tell(study, trial, outcome, tmp_path, "0")
    errors = capsys.readouterr().err.splitlines()
    assert errors[-1] == "trial 0: was given up for dead, and its result is not used"


def test_a_trial_that_has_ended_meanwhile_keeps_its_result(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    trial = started(study)
    (seen,) = study.get_trials()
    study.tell(trial, 4.0)
    assert not fail(study, seen, Cause.LOST, "dead", tmp_path)
    (kept,) = study.get_trials()
    assert (kept.state, kept.value) == (TrialState.COMPLETE, 4.0)
    assert attributes.CAUSE not in kept.user_attrs


def test_why_a_death_does_not_count_is_told_with_it(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    started(study)
    assert fail(study, only(study), Cause.LOST, "dead", tmp_path, Spared.SWEEP_DIED)
    assert TrialView(only(study)).spared == Spared.SWEEP_DIED


@pytest.mark.parametrize("value", [2.5, math.nan])
def test_one_that_is_cut_off_when_the_pruner_has_decided_was_stopped(tmp_path: Path, value: float) -> None:
    for cause, state in ((Cause.LOST, "PRUNED"), (Cause.INTERRUPTED, "PRUNED"), (Cause.RAISED, "FAIL")):
        study = optuna.create_study()
        trial = started(study)
        trial.report(value, 3)
        note_reason(study._storage, trial._trial_id, f"pruned at step 3 with {value:g}")
        fail_own(study, trial, cause, "why", tmp_path)
        assert only(study).state.name == state
        assert TrialView(only(study)).reason == (
            f"pruned at step 3 with {value:g}" if state == "PRUNED" else "why"
        )
        assert only(study).value == (value if state == "PRUNED" and value == value else None)


def test_one_that_gives_way_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = journal_study(tmp_path)
    trial = placed(study, tmp_path)
    fail_own(study, trial, Cause.SURPLUS, "taken", tmp_path)
    assert (TrialView(only(study)).cause, record_of(tmp_path)["reason"]) == (Cause.SURPLUS, "taken")
    assert "given up" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "cause", "reason"),
    [
        (OSError("disk full"), Cause.INTERRUPTED, "stopped by OSError: disk full"),
        (StorageInternalError("gone"), Cause.INTERRUPTED, "stopped by StorageInternalError: gone"),
        (ConnectionError("reset"), Cause.RAISED, "ConnectionError: reset"),
        (LookupError("no\nsuch"), Cause.RAISED, "LookupError: no such"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fault_of_the_disk_or_the_storage_counts_against_no_trial(
    tmp_path: Path, error: Exception, cause: str, reason: str
) -> None:
    study = journal_study(tmp_path)
    fail_by(study, started(study), error, tmp_path)
    assert (TrialView(only(study)).cause, TrialView(only(study)).reason) == (cause, reason)


@pytest.mark.parametrize("outcome", [COMPLETE, PRUNED, FAILED], ids=["complete", "pruned", "failed"])
def test_whoever_was_given_up_for_dead_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outcome: Outcome
) -> None:
    study = journal_study(tmp_path)
    trial = placed(study, tmp_path)
    fail(study, only(study), Cause.LOST, "its worker died", tmp_path)
    tell(study, trial, outcome, tmp_path, "0")
    assert only(study).state == TrialState.FAIL
    assert "trial 0: was given up for dead" in capsys.readouterr().err
