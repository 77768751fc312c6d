from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.model import Decoder


@pytest.mark.parametrize(
    ("filters", "sides"),
    [
        ([8], [14, 28]),
        ([8, 4], [7, 14, 28]),
        ([8, 4, 6], [7, 14, 28, 28]),
        ([8, 4, 6, 2], [7, 14, 28, 28, 28]),
    ],
)
@pytest.mark.parametrize("fc", [[], [10], [10, 12]])
def test_grids_double_twice_and_end_at_28(filters: list[int], sides: list[int], fc: list[int]) -> None:
    decoder = Decoder(fc=fc, filters=filters, latent_dim=3)
    decoder.build((None, 3))
    h = tf.random.stateless_normal((2, 3), (0, 0))
    seen = []
    for layer in decoder.steps:
        h = layer(h)
        if len(h.shape) == 4:
            seen.append(h.shape[1])
    assert seen[: len(sides)] == sides
    assert h.shape == (2, 28, 28)
    convolutions = [layer for layer in decoder.steps if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert [layer.filters for layer in convolutions] == [*filters, 1]
    assert all(layer.kernel_size == (3, 3) for layer in convolutions)
    assert [layer.strides[0] for layer in convolutions] == [
        2 if i < 2 else 1 for i in range(len(filters))
    ] + [1]


def test_the_default_has_the_documented_parameters() -> None:
    decoder = Decoder()
    decoder.build((None, 2))
    assert decoder.count_params() == 3 * 3136 + (64 * 9 * 64 + 64) + (64 * 9 * 32 + 32) + (32 * 9 + 1)


def test_it_gives_logits_not_probabilities() -> None:
    decoder = Decoder(filters=[8, 4])
    decoder.build((None, 2))
    logits = decoder(10 * tf.random.stateless_normal((64, 2), (0, 0))).numpy()
    assert logits.min() < 0
    assert logits.dtype == np.float32


def test_logits_stay_float32_under_bfloat16() -> None:
    decoder = Decoder(filters=[8, 4], precision="mixed_bfloat16")
    decoder.build((None, 2))
    assert decoder(tf.zeros((2, 2))).dtype == tf.float32
