"""Who has lost to a finalist that fails for good goes on."""

from __future__ import annotations

from collections.abc import Sequence

import optuna
import pytest
from optuna.study import Study
from optuna.trial import TrialState, create_trial

from sweeps.search.racing import race
from sweeps.search.reinstatement import enqueue_reinstated
from sweeps.study import attributes
from sweeps.study.continuation import finished_replicates
from sweeps.study.lineage import enqueue_repeat, superseded
from sweeps.study.trial import Cause, TrialView

VALUES = [3.0, 3.1]
FOLDERS = ["1/0", "1/1", "1/2"]


def add(study: Study, state: TrialState, values: Sequence[float], **attrs: object) -> None:
    value = values[-1] if state == TrialState.COMPLETE else None
    study.add_trial(
        create_trial(
            state=state,
            value=value,
            intermediate_values=dict(enumerate(values)),
            user_attrs={getattr(attributes, name): attr for name, attr in attrs.items()},
        )
    )


def study_of(cause: Cause) -> Study:
    """Trial 1 lost to 0, which then failed."""
    study = optuna.create_study()
    add(study, TrialState.FAIL, [2.0, 2.1], CAUSE=str(cause))
    job = {"folder": "1", "overrides": [], "replicates": FOLDERS}
    add(study, TrialState.PRUNED, VALUES, LOST_TO=0, REASON="lost to trial 0", JOB=job)
    return study


def test_it_goes_on_with_its_values_and_once_only() -> None:
    study = study_of(Cause.RAISED)
    assert enqueue_reinstated(study, retries=0) == [1]
    assert enqueue_reinstated(study, retries=0) == []
    again = study.trials[2]
    assert again.state == TrialState.WAITING
    assert again.intermediate_values == dict(enumerate(VALUES))
    own = TrialView(again)
    assert own.resumes is not None
    assert own.resumes.trial == 1
    assert (own.reason, own.lost_to) == (None, None)
    assert finished_replicates(study.trials, 2, races=True) == {0: ("1/0", 3.0), 1: ("1/1", 3.1)}
    assert finished_replicates(study.trials, 2, races=False) == {}


def test_what_is_left_to_it_when_it_is_cut_off_too() -> None:
    study = study_of(Cause.RAISED)
    enqueue_reinstated(study, retries=0)
    study.ask()  # takes it
    study.tell(2, state=TrialState.FAIL)
    enqueue_repeat(study, study.trials[2], {})
    assert finished_replicates(study.trials, 3, races=True) == {0: ("1/0", 3.0), 1: ("1/1", 3.1)}
    assert enqueue_reinstated(study, retries=0) == []


@pytest.mark.parametrize(
    ("cause", "retries", "goes_on"),
    [
        (Cause.RAISED, 0, True),
        (Cause.RAISED, 1, False),
        (Cause.INTERRUPTED, 0, False),
        (Cause.LOST, 0, False),
    ],
)
def test_only_where_the_other_is_not_tried_again(cause: Cause, retries: int, goes_on: bool) -> None:
    assert bool(enqueue_reinstated(study_of(cause), retries)) is goes_on


def test_not_while_the_other_goes_on_and_then() -> None:
    study = study_of(Cause.INTERRUPTED)
    enqueue_repeat(study, study.trials[0], {}, goes_on=True)
    assert enqueue_reinstated(study, retries=0) == []
    study.ask()
    assert enqueue_reinstated(study, retries=0) == []
    study._storage.set_trial_user_attr(study.trials[2]._trial_id, attributes.CAUSE, str(Cause.RAISED))
    study.tell(2, state=TrialState.FAIL)
    assert enqueue_reinstated(study, retries=0) == [1]


def test_not_where_the_other_won_or_nobody_knows_to_whom_it_lost() -> None:
    study = optuna.create_study()
    add(study, TrialState.COMPLETE, [2.0, 2.1])
    add(study, TrialState.PRUNED, VALUES, LOST_TO=0)
    add(study, TrialState.FAIL, [2.0])
    add(study, TrialState.PRUNED, VALUES)  # of a version that did not say it
    assert enqueue_reinstated(study, retries=0) == []


def test_two_that_lost_one_after_the_other() -> None:
    """2 lost to 1, which lost to 0: when 0 fails, 1 alone goes on; when that fails too, 2 does."""
    study = study_of(Cause.RAISED)
    add(study, TrialState.PRUNED, [4.0, 4.1], LOST_TO=1)
    assert enqueue_reinstated(study, retries=0) == [1]
    study.ask()
    study._storage.set_trial_user_attr(study.trials[3]._trial_id, attributes.CAUSE, str(Cause.RAISED))
    study.tell(3, state=TrialState.FAIL)
    assert enqueue_reinstated(study, retries=0) == [2]


def test_the_stopped_one_races_no_more() -> None:
    """Its values would count twice for the noise of all runs, which would seem to be better known."""
    study = study_of(Cause.RAISED)
    add(study, TrialState.RUNNING, [1.0, 1.15])
    enqueue_reinstated(study, retries=0)
    study.ask()
    assert superseded(study.trials) == {1}
    loss = race(study, 3, 5)
    assert loss is not None
    assert loss.to == 2
    alone = optuna.create_study()
    add(alone, TrialState.RUNNING, VALUES)
    add(alone, TrialState.RUNNING, [1.0, 1.15])
    expected = race(alone, 0, 5)
    assert expected is not None
    assert loss.chance == pytest.approx(expected.chance, rel=1e-6)
