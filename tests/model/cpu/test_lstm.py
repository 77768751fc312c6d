from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_vae.model.cpu import lstm
from lstm_vae.model.cpu.lstm import LSTM
from tests.model.gradients import values_and_gradients


def pair(units: int, features: int, **options: Any) -> tuple[keras.layers.LSTM, LSTM]:
    """Keras's layer and ours, with the same random weights, biases included."""
    keras.utils.set_random_seed(3)
    plain, ours = keras.layers.LSTM(units, **options), LSTM(units, **options)
    weights = [
        np.random.default_rng(5).normal(0, 0.5, shape).astype(np.float32)
        for shape in ((features, 4 * units), (units, 4 * units), (4 * units,))
    ]
    for layer in (plain, ours):
        layer.build((None, None, features))
        layer.set_weights(weights)
    return plain, ours


@settings(max_examples=12)
@given(
    units=st.integers(1, 9),
    features=st.integers(1, 6),
    length=st.integers(2, 8),
    batch=st.integers(1, 5),
    return_sequences=st.booleans(),
    go_backwards=st.booleans(),
)
@pytest.mark.long
def test_values_and_gradients_are_those_of_keras(
    units: int, features: int, length: int, batch: int, return_sequences: bool, go_backwards: bool
) -> None:
    plain, ours = pair(units, features, return_sequences=return_sequences, go_backwards=go_backwards)
    inputs = np.random.default_rng(7).normal(size=(batch, length, features)).astype(np.float32)
    assert ours._can_unroll(inputs)
    for expected, found in zip(
        values_and_gradients(plain, inputs), values_and_gradients(ours, inputs), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)


def test_a_whole_image_batch_agrees_too() -> None:
    plain, ours = pair(128, 28)
    images = np.random.default_rng(0).random((128, 28, 28), np.float32)
    for expected, found in zip(
        values_and_gradients(plain, images), values_and_gradients(ours, images), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def test_bfloat16_products_stay_close_to_float32() -> None:
    plain, _ = pair(32, 28)
    _, ours = pair(32, 28, dtype="mixed_bfloat16")
    images = np.random.default_rng(0).random((64, 28, 28), np.float32)
    assert ours(images).dtype == tf.bfloat16
    for expected, found in zip(
        values_and_gradients(plain, images), values_and_gradients(ours, images), strict=True
    ):
        error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
        assert error < 0.06, "more than rounding to 8 bits in each of 28 steps explains"


def test_what_the_formulation_cannot_do_is_left_to_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("unrolled")

    monkeypatch.setattr(lstm, "unrolled_lstm", never)
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    for options in ({"activation": "relu"}, {"use_bias": False}, {"stateful": True}, {"dropout": 0.2}):
        layer = LSTM(6, **options)
        assert layer(x).shape == (3, 6)
    states = [np.ones((3, 6), np.float32)] * 2
    plain, ours = pair(6, 4)
    np.testing.assert_allclose(
        ours(x, initial_state=states), plain(x, initial_state=states), rtol=1e-5, atol=1e-6
    )
    mask = np.array([[True] * 3 + [False] * 2] * 3)
    np.testing.assert_allclose(ours(x, mask=mask), plain(x, mask=mask), rtol=1e-5, atol=1e-6)
    too_long = np.zeros((1, lstm.LONGEST_UNROLLED + 1, 4), np.float32)
    np.testing.assert_allclose(ours(too_long), plain(too_long), rtol=1e-5, atol=1e-6)
    with pytest.raises(AssertionError, match="unrolled"):
        ours(x)


def test_on_a_gpu_keras_and_with_it_cudnn_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    _, ours = pair(6, 4)
    x = np.zeros((3, 5, 4), np.float32)
    assert ours._can_unroll(x)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [f"a {kind}"])
    assert not ours._can_unroll(x)
