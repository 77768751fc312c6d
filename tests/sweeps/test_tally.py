"""Counting trials, by rule and against brute force."""

from __future__ import annotations

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.study import StudyDirection
from optuna.trial import TrialState

from sweeps.study import attributes
from sweeps.study.trial import Cause
from sweeps.tally import front, tally

POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=12)


@settings(deadline=None, max_examples=60)
@given(POINTS, st.lists(st.sampled_from(["minimize", "maximize"]), min_size=3, max_size=3))
def test_the_front_is_that_of_brute_force_and_of_optuna(
    points: list[tuple[int, int, int]], directions: list[str]
) -> None:
    study = optuna.create_study(directions=directions)
    for point in points:
        study.tell(study.ask(), point)
    study.tell(study.ask(), state=TrialState.FAIL)
    study.ask()

    def beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        pairs = [
            (a, b) if way == "minimize" else (b, a) for a, b, way in zip(one, other, directions, strict=True)
        ]
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)

    unbeaten = [i for i, point in enumerate(points) if not any(beats(other, point) for other in points)]
    found = [trial.number for trial in front(study.get_trials(), study.directions)]
    assert found == unbeaten
    assert sorted(found) == sorted(trial.number for trial in study.best_trials)


def test_a_front_of_one_objective_is_the_best() -> None:
    study = optuna.create_study(direction="maximize")
    for value in (1.0, 3.0, 2.0, 3.0):
        study.tell(study.ask(), value)
    assert [trial.number for trial in front(study.get_trials(), [StudyDirection.MAXIMIZE])] == [1, 3]


def failed(study: optuna.Study, cause: str, retry_of: int | None = None) -> None:
    trial = study.ask()
    trial.set_user_attr(attributes.CAUSE, cause)
    if retry_of is not None:
        trial.set_user_attr(attributes.RETRY_OF, retry_of)
    study.tell(trial, state=TrialState.FAIL)


@pytest.mark.parametrize(("minimize", "best"), [(True, 1), (False, 0)])
def test_every_trial_is_counted_once(minimize: bool, best: int) -> None:
    study = optuna.create_study(direction="minimize" if minimize else "maximize")
    for value in (5.0, 3.0, 3.0, 5.0):
        study.tell(study.ask(), value)
    failed(study, Cause.RAISED)  # 4
    failed(study, Cause.RAISED, retry_of=4)
    failed(study, Cause.SURPLUS)
    pruned = study.ask()
    pruned.report(-9.0, 1)
    study.tell(pruned, state=TrialState.PRUNED)
    study.ask()
    study.enqueue_trial({"x": 1})
    study.enqueue_trial({"x": 2})
    now = tally(study.get_trials(), minimize)
    counts = (now.complete, now.pruned, now.failed, now.retried, now.running, now.waiting, now.finished)
    assert counts == (4, 1, 1, 1, 1, 2, 5)
    assert now.best is not None
    assert now.best.number == study.best_trial.number == best  # of equals the first


def test_nothing_has_no_best() -> None:
    now = tally([], minimize=True)
    assert (now.finished, now.seconds, now.best) == (0, 0.0, None)


def test_several_objectives_have_no_best() -> None:
    study = optuna.create_study(directions=["minimize", "minimize"])
    study.tell(study.ask(), (1.0, 2.0))
    assert tally(study.get_trials(), minimize=True).best is None
