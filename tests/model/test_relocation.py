"""Images in a wrong place are pulled to where the batch shows that they belong; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.model.relocation import MARGIN, WEIGHT, relocation, relocation_weight

BLACK, WHITE = np.zeros((28, 28), np.float32), np.ones((28, 28), np.float32)
ONE = tf.constant(1.0)


def painted(*signs: float) -> tf.Tensor:
    """Logits of which each image is white (1), black (-1) or something between."""
    return tf.constant([np.full((28, 28), 5.0 * sign, np.float32) for sign in signs])


def at(*places: float) -> tf.Tensor:
    return tf.constant([[place, 0.0] for place in places], tf.float32)


def test_an_image_is_pulled_to_the_place_where_it_is_painted_best() -> None:
    # The first image is white and painted black; the second is where white ones are painted.
    images = tf.constant(np.stack([WHITE, WHITE, BLACK]))
    z_mean, z = tf.Variable(at(-1.0, 2.0, -1.0)), at(-1.0, 2.0, -1.0)
    with tf.GradientTape() as tape:
        distance = relocation(images, z_mean, z, painted(-1, 1, -1), ONE)
    assert float(distance) == pytest.approx(3.0 / 3, rel=1e-3)
    gradient = tape.gradient(distance, z_mean).numpy()
    np.testing.assert_allclose(gradient, np.array([[-1 / 3, 0], [0, 0], [0, 0]]), atol=1e-4)


def test_it_reaches_neither_the_decoder_nor_the_samples() -> None:
    images = tf.constant(np.stack([WHITE, BLACK]))
    z, logits = tf.Variable(at(-1.0, 2.0)), tf.Variable(painted(-1, 1))
    with tf.GradientTape() as tape:
        distance = relocation(images, at(-1.0, 2.0), z, logits, ONE)
    assert float(distance) == pytest.approx(3.0, rel=1e-3)
    assert tape.gradient(distance, [z, logits]) == [None, None]


@pytest.mark.parametrize(("gain", "pulled"), [(0.9, False), (1.1, True)])
def test_a_gain_below_the_margin_pulls_nobody(gain: float, pulled: bool) -> None:
    # Two grey images, painted alike but for the prior of where they are.
    images = tf.constant(np.stack([WHITE, WHITE]) * 0.5)
    far = np.sqrt(2 * gain * MARGIN)
    distance = relocation(images, at(far, 0.0), at(far, 0.0), painted(0, 0), ONE)
    assert (float(distance) > 0) == pulled


def test_the_weight_of_the_kl_weighs_the_prior() -> None:
    images = tf.constant(np.stack([WHITE, WHITE]) * 0.5)
    places = at(np.sqrt(2 * 1.1 * MARGIN), 0.0)
    assert float(relocation(images, places, places, painted(0, 0), tf.constant(0.5))) == 0.0


def test_one_image_alone_stays() -> None:
    assert float(relocation(tf.constant(WHITE[None]), at(1.0), at(1.0), painted(-1), ONE)) == 0.0


@pytest.mark.parametrize(
    ("configured", "latents", "weight"),
    [(None, 1, WEIGHT), (None, 2, WEIGHT), (None, 3, 0.0), (7.0, 20, 7.0), (0.0, 2, 0.0)],
)
def test_by_default_it_is_for_one_or_two_latents(
    configured: float | None, latents: int, weight: float
) -> None:
    assert relocation_weight(configured, latents) == weight
