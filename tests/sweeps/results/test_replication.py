"""Means of replicates."""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.results.replication import mean_of

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, max_size=5))
def test_the_mean_of_finite_numbers_is_finite_and_among_them(values: list[float]) -> None:
    mean = mean_of(values)
    assert math.isfinite(mean)
    slack = 1e-12 * max(map(abs, values)) + 5e-324
    assert min(values) - slack <= mean <= max(values) + slack


def test_large_numbers_do_not_overflow() -> None:
    assert mean_of([1e308, 1e308, 1e308]) == 1e308
    largest = sys.float_info.max
    for number in range(1, 40):
        assert mean_of([largest] * number) == pytest.approx(largest, rel=1e-15)
        assert mean_of([-largest] * number) == pytest.approx(-largest, rel=1e-15)
    assert mean_of([1.0, 2.0, 6.0]) == 3.0
