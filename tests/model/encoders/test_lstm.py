from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.data import Splits
from lstm_vae.model import LSTMEncoder


def built(**settings: Any) -> LSTMEncoder:
    encoder = LSTMEncoder(**settings)
    encoder.build((None, 28, 28))
    return encoder


@pytest.mark.parametrize("hidden", [[16], [16, 12], [16, 12, 8]])
@pytest.mark.parametrize("fc", [[], [8], [8, 6]])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_shapes_and_parameters_of_every_stack(
    digits: Splits, hidden: list[int], fc: list[int], bidirectional: bool
) -> None:
    encoder = built(hidden=hidden, fc=fc, bidirectional=bidirectional, latent_dim=3)
    posterior = encoder(digits.train.images[:5].astype(np.float32) / 255)
    assert posterior.z_mean.shape == posterior.z_log_var.shape == (5, 3)
    expected, width, ways = 0, 28, 1 + bidirectional
    for units in hidden:
        expected += ways * 4 * units * (width + units + 1)
        width = ways * units
    for units in [*fc]:
        expected += units * (width + 1)
        width = units
    assert encoder.count_params() == expected + 2 * 3 * (width + 1)


def test_it_is_a_plain_keras_lstm_on_the_last_row(digits: Splits) -> None:
    images = digits.train.images[:4].astype(np.float32) / 255
    encoder = built(hidden=[16], fc=[])
    lstm = keras.layers.LSTM(16)
    lstm.build((None, 28, 28))
    lstm.set_weights(encoder.layers_before_heads[0].get_weights())
    expected = encoder.mean_head(lstm(images))
    # The last bits of sums that are taken in another order; relative to a mean near 0 they are many.
    np.testing.assert_allclose(encoder(images).z_mean, expected, rtol=1e-6, atol=1e-6)


def test_every_row_matters_and_every_weight_learns(digits: Splits) -> None:
    images = tf.constant(digits.train.images[:8].astype(np.float32) / 255)
    encoder = built(hidden=[16, 12], fc=[8], bidirectional=True)
    with tf.GradientTape() as tape:
        tape.watch(images)
        posterior = encoder(images)
        target = tf.reduce_sum(posterior.z_mean + posterior.z_log_var)
    gradients = tape.gradient(target, [images, *encoder.trainable_variables])
    assert (np.abs(gradients[0]).sum(axis=(0, 2)) > 0).all()
    assert all(np.abs(gradient).sum() > 0 for gradient in gradients[1:])


def test_dropout_acts_in_training_only(digits: Splits) -> None:
    images = digits.train.images[:4].astype(np.float32) / 255
    encoder = built(hidden=[16], fc=[8], dropout=0.5)
    np.testing.assert_array_equal(encoder(images).z_mean, encoder(images).z_mean)
    first, second = (encoder(images, training=True).z_mean.numpy() for _ in range(2))
    assert not np.array_equal(first, second)


def test_heads_stay_float32_under_bfloat16(digits: Splits) -> None:
    encoder = built(hidden=[16], fc=[8], precision="mixed_bfloat16")
    assert encoder.layers_before_heads[0].compute_dtype == "bfloat16"
    posterior = encoder(digits.train.images[:4].astype(np.float32) / 255)
    assert posterior.z_mean.dtype == posterior.z_log_var.dtype == tf.float32
    assert all(variable.dtype == "float32" for variable in encoder.trainable_variables)
