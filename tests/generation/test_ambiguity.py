"""Classes of samples, and between which they lie."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lstm_vae.generation.ambiguity import SECOND, class_use


def test_a_worked_example() -> None:
    use = class_use(np.array([[0.95, 0.05, 0.0], [0.6, 0.0, 0.4], [0.2, 0.7, 0.1], [0.1, 0.0, 0.9]]))
    assert use.shares.tolist() == [0.5, 0.25, 0.25]
    assert use.entropy == pytest.approx(-(0.5 * math.log(0.5) + 2 * 0.25 * math.log(0.25)))
    assert use.confidence == pytest.approx((0.95 + 0.6 + 0.7 + 0.9) / 4)
    assert use.ambiguous == 0.75
    assert use.by_pair == {(0, 1): 0.25, (0, 2): 0.5, (1, 2): 0.0}


def test_one_class_has_no_entropy_and_all_alike_have_the_most() -> None:
    sure = np.eye(10)
    assert class_use(sure[[3] * 20]).entropy == 0
    assert class_use(sure[list(range(10))]).entropy == pytest.approx(math.log(10))
    assert class_use(sure).ambiguous == 0


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 30), st.just(5)), elements=st.floats(0.01, 1)))
def test_pairs_add_up_to_what_is_ambiguous(raw: np.ndarray) -> None:
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    use = class_use(probabilities)
    assert sum(use.by_pair.values()) == pytest.approx(use.ambiguous)
    assert use.shares.sum() == pytest.approx(1)
    second = np.sort(probabilities, axis=1)[:, -2]
    assert use.ambiguous == pytest.approx((second >= SECOND).mean())
