"""What a trial that goes on with a stopped one takes from it, and which of the two counts."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from sweeps import continued_from
from sweeps.inside.reporting import report, reporting_to
from sweeps.inside.resuming import resuming
from sweeps.search.queue import enqueue_retries
from sweeps.study import attributes
from sweeps.study.continuation import (
    known_through,
)
from sweeps.study.lineage import (
    earlier_tries,
    enqueue_resumption,
    first_of,
    latest,
    origin_of,
    params_of,
    promoted,
)
from sweeps.study.trial import Cause, Resumption, TrialView
from tests.sweeps.study.tries import cut_off, stopped, study_of

STORAGES = pytest.mark.parametrize("kind", ["journal", "sqlite", "memory"])


@STORAGES
def test_it_has_the_parameters_the_curve_and_the_rungs(tmp_path: Path, kind: str) -> None:
    study = study_of(tmp_path, kind)
    before = stopped(study, [3.0, 2.0])
    enqueue_resumption(study, before)
    waiting = study.get_trials()[1]
    assert waiting.state == TrialState.WAITING
    assert TrialView(waiting).resumes == Resumption(trial=0, first=0, step=2)
    assert waiting.user_attrs[attributes.COMBINATION] == "key"
    taken = study.ask()
    assert taken.number == 1
    assert taken.suggest_float("x", 0, 1) == before.params["x"]
    now = study.get_trials()[1]
    assert now.intermediate_values == {1: 3.0, 2: 2.0}
    assert now.system_attrs["completed_rung_1"] == 2.0
    assert not taken.should_prune()
    assert study.get_trials()[0] == before


def test_steps_that_it_has_are_not_recorded_or_decided_again(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    study = study_of(tmp_path)
    for value in (1.0, 1.5):
        stopped(study, [value])
    enqueue_resumption(study, stopped(study, [5.0]))
    with reporting_to(study.ask(), through=1):
        report(9.0, 1)
        with pytest.raises(optuna.TrialPruned):
            report(float("nan"), 2)  # the next step counts
    values = study.get_trials()[3].intermediate_values
    assert values[1] == 5.0
    assert not recwarn.list


def test_a_chain_knows_its_first(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    stopped(study, [1.0])
    enqueue_resumption(study, stopped(study, [3.0]))
    again = study.ask()
    again.report(2.0, 2)
    study.tell(again, state=TrialState.PRUNED)
    enqueue_resumption(study, study.get_trials()[2])
    trials = study.get_trials()
    assert TrialView(trials[3]).resumes == Resumption(trial=2, first=1, step=2)
    assert [first_of(trial) for trial in trials] == [0, 1, 1, 1]
    assert [trial.number for trial in latest(trials)] == [0, 3]
    assert promoted(trials) == {1, 2}
    assert promoted(trials, waiting=False) == {1}


def test_what_is_tried_again_has_the_place_of_its_first_try(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    for _ in range(2):
        failed = study.ask()
        failed.report(1.0, 1)
        failed.should_prune()
        failed.set_user_attr(attributes.CAUSE, Cause.INTERRUPTED)
        study.tell(failed, state=TrialState.FAIL)
        assert enqueue_retries(study, retries=0) == 1
    enqueue_resumption(study, stopped(study, [3.0]))
    trials = study.get_trials()
    assert [origin_of(study, trial) for trial in trials] == [0, 0, 0, 0]
    assert [trial.number for trial in latest(trials)] == [3]


@pytest.mark.parametrize(
    ("cause", "again"), [(Cause.INTERRUPTED, True), (Cause.LOST, True), (Cause.RAISED, False)]
)
def test_one_that_fails_gives_its_place_back_or_is_tried_again(
    tmp_path: Path, cause: str, again: bool
) -> None:
    study = study_of(tmp_path)
    enqueue_resumption(study, stopped(study, [3.0]))
    failed = study.ask()
    failed.report(1.0, 2)
    failed.set_user_attr(attributes.CAUSE, cause)
    study.tell(failed, state=TrialState.FAIL)
    assert [trial.number for trial in latest(study.get_trials())] == [0]
    assert enqueue_retries(study, retries=0) == again
    assert enqueue_retries(study, retries=0) == 0
    if again:
        retry = study.get_trials()[2]
        assert TrialView(retry).resumes == Resumption(trial=0, first=0, step=1)
        assert retry.user_attrs[attributes.RETRY_OF] == 1
        assert retry.intermediate_values == {1: 3.0}
        assert [trial.number for trial in latest(study.get_trials())] == [2]


def test_parameters_are_those_that_were_run() -> None:
    study = optuna.create_study()
    study.enqueue_trial({"x": 2, "y": 7, "late": 1})
    trial = study.ask()
    assert trial.suggest_float("x", 0, 9) == 2
    with pytest.warns(UserWarning, match="out of range"):
        drawn = trial.suggest_int("y", 0, 3)
    found = params_of(study.get_trials()[0])
    assert found == {"x": 2, "y": drawn, "late": 1}
    assert isinstance(found["x"], int)


@STORAGES
def test_what_was_cut_off_leaves_its_curve_and_its_rungs(tmp_path: Path, kind: str) -> None:
    study = study_of(tmp_path, kind)
    before = cut_off(study, [3.0, 2.0], "0")
    assert enqueue_retries(study, 0, can_continue=True) == 1
    waiting = study.get_trials()[1]
    assert (waiting.state, waiting.intermediate_values) == (TrialState.WAITING, {1: 3.0, 2: 2.0})
    assert waiting.system_attrs["completed_rung_1"] == 2.0
    assert TrialView(waiting).goes_on
    assert TrialView(waiting).retry_of == 0
    assert study.ask().suggest_float("x", 0, 1) == before.params["x"]
    assert [trial.number for trial in latest(study.get_trials())] == [1]


@pytest.mark.parametrize(("cause", "goes_on"), [(Cause.RAISED, False), (Cause.TIMED_OUT, True)])
def test_what_raised_begins_again(tmp_path: Path, cause: str, goes_on: bool) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    trial.set_user_attr(attributes.JOB, {"folder": "0"})
    trial.report(3.0, 1)
    trial.set_user_attr(attributes.CAUSE, cause)
    study.tell(trial, state=TrialState.FAIL)
    assert enqueue_retries(study, 1, can_continue=True) == 1
    waiting = study.get_trials()[1]
    assert (TrialView(waiting).goes_on, waiting.intermediate_values) == (goes_on, {1: 3.0} if goes_on else {})
    assert known_through(study.get_trials(), waiting) == (1 if goes_on else -1)


def test_a_job_is_told_within_and_not_after(tmp_path: Path) -> None:
    assert continued_from() is None
    with resuming(tmp_path):
        assert continued_from() == tmp_path
        with resuming(None):
            assert continued_from() is None
    assert continued_from() is None


def test_the_tries_of_a_trial_are_those_that_it_repeats_the_last_first() -> None:
    study = study_of(Path())
    for retry_of in (None, 0, None, 1):
        attrs = {} if retry_of is None else {attributes.RETRY_OF: retry_of}
        study.add_trial(optuna.trial.create_trial(state=TrialState.FAIL, user_attrs=attrs))
    assert [trial.number for trial in earlier_tries(study.trials, 3)] == [1, 0]
    assert list(earlier_tries(study.trials, 2)) == []
