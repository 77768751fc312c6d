"""Which of two values is better, and which points no other dominates."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState

from sweeps.study.objective import MAXIMIZED, MINIMIZED, Objective, best_trials, front, fronts, objectives_of

POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=12)


@settings(deadline=None, max_examples=60)
@given(POINTS, st.lists(st.sampled_from(["minimize", "maximize"]), min_size=3, max_size=3))
def test_the_front_is_that_of_brute_force_and_of_optuna(
    points: list[tuple[int, int, int]], directions: list[Any]
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
    found = [trial.number for trial in front(study.get_trials(), objectives_of(study))]
    assert found == unbeaten
    assert sorted(found) == sorted(trial.number for trial in study.best_trials)


def test_a_front_of_one_objective_is_the_best() -> None:
    study = optuna.create_study(direction="maximize")
    for value in (1.0, 3.0, 2.0, 3.0):
        study.tell(study.ask(), value)
    assert [trial.number for trial in front(study.get_trials(), [MAXIMIZED])] == [1, 3]


@pytest.mark.parametrize(("objective", "best"), [(MINIMIZED, 1.0), (MAXIMIZED, 3.0)])
def test_better_follows_the_direction(objective: Objective, best: float) -> None:
    worse = 4.0 - best
    assert objective.better(best, worse)
    assert not objective.better(worse, best)
    assert not objective.better(best, best)
    assert objective.reaches(best, 2.0)
    assert objective.reaches(2.0, 2.0)
    assert not objective.reaches(worse, 2.0)


def test_names_and_directions_are_the_studys() -> None:
    study = optuna.create_study(directions=["minimize", "maximize"])
    assert objectives_of(study) == (MINIMIZED, MAXIMIZED)
    assert [own.name for own in objectives_of(study)] == [None, None]


@settings(deadline=None)
@given(POINTS)
def test_each_front_is_dominated_only_by_earlier_ones(points: list[tuple[int, int, int]]) -> None:
    numbers = fronts(points)
    for number in range(1, max(numbers, default=0) + 1):
        left = [point for point, own in zip(points, numbers, strict=True) if own >= number]
        first = [n for n, own in zip(fronts(left), left, strict=True) if n == 1]
        assert len(first) == numbers.count(number)


def test_the_best_are_sorted_by_the_first_objective() -> None:
    study = optuna.create_study(direction="maximize")
    for value in (1.0, 3.0, 2.0):
        study.tell(study.ask(), value)
    study.tell(study.ask(), state=TrialState.FAIL)
    assert [trial.number for trial in best_trials(study, 2)] == [1, 2]
