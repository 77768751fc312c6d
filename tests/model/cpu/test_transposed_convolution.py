from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_vae.model.cpu import transposed_convolution
from lstm_vae.model.cpu.transposed_convolution import Conv2DTranspose
from tests.model.gradients import values_and_gradients


def pair(channels: int, filters: int, **options: Any) -> tuple[keras.layers.Layer, Conv2DTranspose]:
    """Keras's layer in float32 and ours, with the same random weights, biases included."""
    plain_options = {k: v for k, v in options.items() if k not in ("dtype", "autocast")}
    plain = keras.layers.Conv2DTranspose(filters, 3, padding="same", **plain_options)
    ours = Conv2DTranspose(filters, 3, padding="same", **options)
    rng = np.random.default_rng(5)
    for layer in (plain, ours):
        layer.build((None, 7, 7, channels))
    weights = [rng.normal(0, 0.3, weight.shape).astype(np.float32) for weight in plain.weights]
    for layer in (plain, ours):
        layer.set_weights(weights)
    return plain, ours


@settings(max_examples=10)
@given(
    channels=st.integers(1, 6),
    side=st.integers(2, 9),
    batch=st.integers(1, 4),
    activation=st.sampled_from([None, "sigmoid", "relu"]),
)
def test_one_filter_is_keras_in_values_and_gradients(
    channels: int, side: int, batch: int, activation: str | None
) -> None:
    plain, ours = pair(channels, 1, activation=activation)
    inputs = np.random.default_rng(7).normal(size=(batch, side, side, channels)).astype(np.float32)
    for expected, found in zip(
        values_and_gradients(plain, inputs, tf.float32),
        values_and_gradients(ours, inputs, tf.float32),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("activation", ["relu", "gelu", "leaky_relu", "tanh"])
@pytest.mark.parametrize(
    ("side", "channels", "filters", "stride"), [(7, 64, 64, 2), (14, 64, 32, 2), (28, 8, 4, 1)]
)
def test_bfloat16_stays_close_to_float32(
    side: int, channels: int, filters: int, stride: int, activation: str
) -> None:
    plain, ours = pair(channels, filters, strides=stride, activation=activation, dtype="mixed_bfloat16")
    inputs = np.random.default_rng(7).normal(size=(32, side, side, channels)).astype(np.float32)
    inputs = tf.cast(tf.cast(inputs, tf.bfloat16), tf.float32).numpy()
    expected = values_and_gradients(plain, inputs, tf.float32)
    found = values_and_gradients(ours, inputs, tf.bfloat16)
    for name, one, other in zip(("outputs", "inputs", "kernel", "bias"), expected, found, strict=True):
        error = np.linalg.norm(other - one) / np.linalg.norm(one)
        # Sums next to zero are rounded to its other side, where ReLU passes no gradient.
        assert error < (0.005 if name == "outputs" else 0.06), (
            f"{name}: more than rounding to 8 bits explains"
        )


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu"])
def test_a_bias_gradient_over_many_pixels_is_not_lost_in_bfloat16(activation: str) -> None:
    _, ours = pair(4, 8, strides=2, activation=activation, dtype="mixed_bfloat16")
    inputs = np.abs(np.random.default_rng(0).normal(size=(128, 14, 14, 4))).astype(np.float32)
    ours.set_weights([np.abs(ours.get_weights()[0]), np.ones(8, np.float32)])  # every pixel is active
    x = tf.cast(inputs, tf.bfloat16)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.cast(ours(x), tf.float32))
    (gradient,) = tape.gradient(total, [ours.bias.value])
    np.testing.assert_allclose(gradient, np.full(8, 128 * 28 * 28), rtol=0.005)


def test_bfloat16_grids_come_to_the_logits_without_a_cast() -> None:
    plain, ours = pair(8, 1, dtype="float32", autocast=False)
    inputs = np.random.default_rng(7).normal(size=(4, 28, 28, 8)).astype(np.float32)
    inputs = tf.cast(tf.cast(inputs, tf.bfloat16), tf.float32).numpy()
    expected = values_and_gradients(plain, inputs, tf.float32)
    found = values_and_gradients(ours, inputs, tf.bfloat16)
    assert ours(tf.cast(inputs, tf.bfloat16)).dtype == tf.float32
    for one, other in zip(expected, found, strict=True):
        assert np.linalg.norm(other - one) / np.linalg.norm(one) < 0.01


def test_what_the_formulations_cannot_do_is_left_to_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("not Keras")

    for name in ("one_filter", "bfloat16_layer"):
        monkeypatch.setattr(transposed_convolution, name, never)
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 3)).astype(np.float32)
    for filters, options in (
        (4, {}),
        (1, {"strides": 2}),
        (1, {"use_bias": False}),
        (4, {"dtype": "mixed_bfloat16", "use_bias": False}),
    ):
        plain, ours = pair(3, filters, **options)
        np.testing.assert_allclose(tf.cast(ours(x), tf.float32), plain(x), rtol=0.05, atol=0.05)
    with pytest.raises(AssertionError, match="not Keras"):
        pair(3, 1)[1](x)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [f"a {kind}"])
    plain, ours = pair(3, 1)
    np.testing.assert_allclose(ours(x), plain(x), rtol=1e-5, atol=1e-6)
