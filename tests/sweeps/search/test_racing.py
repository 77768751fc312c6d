"""A finalist stops when it has lost: by what its seeds, and all other runs, say of the rest."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import TrialState, create_trial
from scipy.stats import t as student

from sweeps.search.racing import Loss, loss_of, race
from sweeps.study.notes import note_reason

SLOW, FAST = [5.0, 6.2, 5.4], [1.0, 2.0, 1.5]  # costs of two configurations, by seed


def table(*rows: list[float]) -> dict[int, dict[int, float]]:
    return {number: dict(enumerate(row)) for number, row in enumerate(rows)}


def test_a_worked_example() -> None:
    """Differences 4.0, 4.2, 3.9: mean 4.0333; residuals of configuration + seed: +-(d - mean) / 2, so that
    s^2 = 2 sum((d - mean)^2 / 4) / 2 degrees of freedom."""
    loss = loss_of(0, table(SLOW, FAST), n_seeds=5)
    d = np.array([4.0, 4.2, 3.9])
    s = math.sqrt(2 * ((d - d.mean()) ** 2 / 4).sum() / 2)
    chance = student.cdf(-d.mean() / (s * math.sqrt(2 * (1 / 3 - 1 / 5))), 2)
    assert loss is not None
    assert (loss.to, loss.seeds) == (1, 3)
    assert loss.by == pytest.approx(d.mean())
    assert loss.chance == pytest.approx(chance)
    assert loss_of(1, table(SLOW, FAST), 5) is None  # the better one


def test_nothing_is_known_of_noise_from_one_seed() -> None:
    assert loss_of(0, table([9.0], [1.0]), 5) is None
    assert loss_of(0, table([9.0], [1.0], [2.0]), 5) is None


def test_one_seed_is_enough_where_others_tell_the_noise() -> None:
    costs = table([1.0, 1.1, 0.9, 1.2], [1.1, 1.0, 1.05, 1.3], [50.0])
    loss = loss_of(2, costs, 5)
    assert loss is not None
    assert loss.seeds == 1


def test_none_loses_to_a_stopped_one_or_when_all_its_seeds_are_run() -> None:
    costs = table([*SLOW, 5.5, 5.9], [*FAST, 1.2, 1.4])
    assert loss_of(0, costs, 6) is not None
    assert loss_of(0, costs, 6, stopped={1}) is None
    assert loss_of(0, costs, 5) is None


def test_the_one_that_it_loses_to_most_surely_is_named() -> None:
    costs = table(SLOW, [4.9, 6.0, 5.5], FAST)
    loss = loss_of(0, costs, 5)
    assert loss is not None
    assert loss.to == 2


def test_costs_that_differ_by_a_constant_leave_no_chance() -> None:
    loss = loss_of(0, table([2.0, 3.0], [1.0, 2.0]), 5)
    assert loss is not None
    assert loss.chance == pytest.approx(0, abs=1e-9)


@given(
    st.lists(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=4), min_size=2, max_size=5),
    st.integers(0, 10**6),
)
def test_whatever_the_order_one_is_left(values: list[list[float]], order: int) -> None:
    draw = random.Random(order)
    costs: dict[int, dict[int, float]] = {number: {} for number in range(len(values))}
    running, stopped = set(costs), set[int]()
    while running:
        number = draw.choice(sorted(running))
        costs[number][len(costs[number])] = values[number][len(costs[number])]
        if len(costs[number]) == 4:
            running.remove(number)
        elif loss_of(number, {k: own for k, own in costs.items() if own}, 4, stopped, risk=0.4) is not None:
            running.remove(number)
            stopped.add(number)
    assert stopped < set(costs)


def add(study: optuna.Study, state: TrialState, values: list[float]) -> None:
    value = values[-1] if state == TrialState.COMPLETE else None
    study.add_trial(create_trial(state=state, value=value, intermediate_values=dict(enumerate(values))))


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1), ("maximize", -1)])
def test_a_study_races_its_trials(direction: Any, sign: int) -> None:
    study = optuna.create_study(direction=direction)
    add(study, TrialState.RUNNING, [sign * x for x in SLOW])
    add(study, TrialState.RUNNING, [sign * x for x in FAST])
    loss = race(study, 0, 5)
    assert isinstance(loss, Loss)
    assert loss.to == 1
    assert race(study, 1, 5) is None


def test_failed_trials_do_not_race_nor_do_those_that_have_been_told_to_stop() -> None:
    study = optuna.create_study()
    add(study, TrialState.RUNNING, SLOW)
    add(study, TrialState.FAIL, FAST)
    assert race(study, 0, 5) is None
    add(study, TrialState.RUNNING, FAST)
    assert race(study, 0, 5) is not None
    trial: Any = study.trials[2]
    note_reason(study._storage, trial._trial_id, "lost")
    assert race(study, 0, 5) is None
