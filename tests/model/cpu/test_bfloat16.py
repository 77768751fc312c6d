"""Products of bfloat16 are added up in float32, by TensorFlow's kernels or around them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.model.cpu import bfloat16
from lstm_vae.model.cpu.bfloat16 import adds_up_in_float32, kernel_gradient, product

RNG = np.random.default_rng(0)


def rounded(*shape: int) -> Any:
    return tf.cast(RNG.normal(size=shape).astype(np.float32), tf.bfloat16)


def error(found: Any, exact: Any) -> float:
    difference = tf.cast(found, tf.float32) - exact
    return float(tf.norm(difference) / tf.norm(exact))


@pytest.mark.parametrize("native", [None, False], ids=["as here", "by float32"])
def test_a_long_sum_is_rounded_once(monkeypatch: pytest.MonkeyPatch, native: bool | None) -> None:
    if native is not None:
        monkeypatch.setattr(bfloat16, "adds_up_in_float32", lambda: native)
    inputs, upstream = rounded(16, 14, 14, 8), rounded(16, 7, 7, 6)
    found = product(lambda x, u: kernel_gradient(x, u, 3, 2), inputs, upstream)
    assert found.dtype == tf.bfloat16
    exact = kernel_gradient(tf.cast(inputs, tf.float32), tf.cast(upstream, tf.float32), 3, 2)
    assert exact.shape == (3, 3, 8, 6)
    assert error(found, exact) < bfloat16.ROUNDING


def test_float32_is_left_alone() -> None:
    x = tf.ones((2, 3))
    assert product(lambda own: own, x) is x


def test_the_trial_is_no_part_of_a_graph_that_asks() -> None:
    adds_up_in_float32.cache_clear()

    @tf.function
    def doubled(x: Any) -> Any:
        return x * 2 if adds_up_in_float32() in (True, False) else x

    graph = doubled.get_concrete_function(tf.TensorSpec((), tf.float32)).graph
    assert not [op.name for op in graph.get_operations() if "Conv2D" in op.type]
