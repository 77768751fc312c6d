"""The error of racing, and what it saves, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from racing import drawn, raced


@pytest.mark.parametrize(
    ("configurations", "seeds", "spread", "same", "share"),
    [(5, 5, 0.0, 0.92, 1.0), (5, 5, 1.5, 0.95, 0.72), (5, 5, 3.0, 0.97, 0.6), (8, 5, 3.0, 0.97, 0.5)],
)
def test_the_winner_stays_and_runs_are_saved(
    configurations: int, seeds: int, spread: float, same: float, share: float
) -> None:
    rng = np.random.default_rng(1)
    races = 200
    winners, runs = 0, 0
    for _ in range(races):
        values, order = drawn(rng, configurations, seeds, spread)
        race = raced(values, order, workers=2)
        winners += race.winner == int(values.mean(axis=1).argmin())
        runs += race.runs
    assert winners / races >= same
    assert runs / races / configurations / seeds <= share


def test_a_race_without_risk_makes_every_run() -> None:
    values, order = drawn(np.random.default_rng(0), 4, 5, 3.0)
    race = raced(values, order, workers=2, risk=-1.0)
    assert (race.winner, race.runs) == (int(values.mean(axis=1).argmin()), 20)
