from __future__ import annotations

import keras
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_vae.training.averaging import WeightAverage


@given(values=st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=30), momentum=st.floats(0.1, 0.999))
@settings(max_examples=25, deadline=None)
def test_the_average_follows_its_definition(values: list[float], momentum: float) -> None:
    weight = keras.Variable(np.float32(0))
    average = WeightAverage([weight], momentum)
    expected = 0.0
    for step, value in enumerate(values, start=1):
        weight.assign(value)
        average.update(step)
        m = min(momentum, (1 + step) / (10 + step))
        expected = m * expected + (1 - m) * value
    np.testing.assert_allclose(average.averages[0], expected, rtol=1e-3, atol=1e-4)


def test_applied_swaps_and_restores_exactly() -> None:
    weight = keras.Variable(np.array([1 / 3, 2], np.float32))
    average = WeightAverage([weight], 0.9)
    weight.assign([5 / 7, 3])
    before = weight.numpy()
    with average.applied():
        np.testing.assert_array_equal(weight.numpy(), np.array([1 / 3, 2], np.float32))
    np.testing.assert_array_equal(weight.numpy(), before)


def test_no_momentum_is_no_average() -> None:
    weight = keras.Variable(np.float32(1))
    average = WeightAverage([weight], 0.0)
    weight.assign(2)
    average.update(1)
    with average.applied():
        assert float(weight) == 2
    average.copy_to_weights()
    assert float(weight) == 2
