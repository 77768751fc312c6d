"""The bound on what stopping early can save."""

from __future__ import annotations

import pytest
from curves import Curve
from stopping_bound import seconds_to

BAD = Curve((9.0, 8.0, 7.0), (2.0, 3.0, 4.0), 1.0)
GOOD = Curve((9.0, 5.0, 3.0), (2.0, 3.0, 4.0), 1.0)


@pytest.mark.parametrize(
    ("curves", "epoch", "workers", "seconds"),
    [
        ([GOOD, BAD], 1, 1, 4.0),
        ([BAD, BAD, GOOD], 1, 1, 8.0),  # two of 2 s, and its own 4
        ([BAD, BAD, GOOD], 2, 1, 10.0),
        ([BAD, BAD, GOOD], 1, 2, 6.0),  # at a time
        ([BAD, GOOD], 1, 2, 4.0),
    ],
)
def test_others_cost_what_they_trained_and_it_costs_all(
    curves: list[Curve], epoch: int, workers: int, seconds: float
) -> None:
    assert seconds_to(curves, epoch, workers, 1.0) == seconds


def test_what_is_near_enough_will_do() -> None:
    near = Curve((9.0, 5.0, 3.9), (2.0, 3.0, 4.0), 1.0)
    assert seconds_to([near, GOOD], 1, 1, 1.0) == 4.0
    assert seconds_to([near, GOOD], 1, 1, 0.5) == 6.0
