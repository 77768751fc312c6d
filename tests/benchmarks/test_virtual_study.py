"""Studies of stored curves: their times can be reckoned by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from curves import Curve
from virtual_study import Finish, replay, replay_batches

from hydra_plugins.optuna_study.pruners import PRUNERS
from tests.sweeps.parts import master_of, settings_of, space_of

# Of x=1..4: start of one second, an epoch of x seconds, a value that falls by one an epoch.
CURVES = {
    f"x={x}": Curve((12.0 + x, 11.0 + x, 10.0 + x), (1.0 + x, 1.0 + 2 * x, 1.0 + 3 * x), 1.0)
    for x in (1, 2, 3, 4)
}
SPACE = space_of("x=1,2,3,4")
IN_ORDER = [{"x": x} for x in (1, 2, 3, 4)]


def swept(order: Any = IN_ORDER, **fields: Any) -> list[Finish]:
    settings = replace(settings_of("hydra/sweeper/optuna_study/sampler=random"), **fields)
    return replay(settings, SPACE, master_of(), CURVES, order)


def test_one_worker_does_one_trial_after_another() -> None:
    assert swept() == [
        Finish(4.0, 11.0, 3),
        Finish(11.0, 12.0, 3),
        Finish(21.0, 13.0, 3),
        Finish(34.0, 14.0, 3),
    ]


def test_of_two_workers_whoever_is_free_goes_on() -> None:
    finishes = swept(n_workers=2)
    # 1: 0 to 4, 2: 0 to 7, 3: 4 to 14, 4: 7 to 20.
    assert [own.seconds for own in finishes] == [4.0, 7.0, 14.0, 20.0]


def test_pairs_wait_for_the_slower() -> None:
    finishes = replay_batches(SPACE, master_of(), CURVES, 4, 2, 0, IN_ORDER)
    assert [own.seconds for own in finishes] == [4.0, 7.0, 17.0, 20.0]


def test_a_stopped_trial_costs_what_it_did_and_goes_on_where_it_was() -> None:
    pruner = {**PRUNERS["successive_halving"], "min_resource": 1, "reduction_factor": 2}
    values = [(own.seconds, own.value, own.epochs) for own in swept(pruner=pruner, promote=True)]
    # 2, 3 and 4 are stopped after an epoch. Of four, 2 is among the better half, and goes on for another.
    assert values == [(4.0, 11.0, 3), (7.0, None, 1), (11.0, None, 1), (16.0, None, 1), (19.0, None, 1)]


@pytest.mark.parametrize("n_workers", [1, 2, 8])
def test_no_combination_is_tried_twice_and_all_are(n_workers: int) -> None:
    finishes = swept(order=(), n_workers=n_workers, n_trials=30)
    assert sorted(own.value or 0.0 for own in finishes) == [11.0, 12.0, 13.0, 14.0]
