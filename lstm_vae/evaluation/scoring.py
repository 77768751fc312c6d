"""BCE and KL of a set of images under fixed noise: the same weights always score the same."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lstm_vae.model import VAE
from lstm_vae.model.vae import GENERATOR, unit_interval


class Score(NamedTuple):
    """Means over images, in nats per image.

    Attributes:
        bce: distortion, one posterior sample an image.
        kl: rate.
    """

    bce: float
    kl: float

    @property
    def loss(self) -> float:
        """BCE + KL, the negative ELBO."""
        return self.bce + self.kl


class Scorer:
    """Scores images with a model, compiled once for any number of calls.

    Args:
        vae: a built model.
        batch_size: images a batch; it changes no noise.
        seed: of the noise.
    """

    def __init__(self, vae: VAE, batch_size: int, seed: int) -> None:
        self.vae, self.batch_size, self.seed = vae, batch_size, seed
        self._sums = tf.function(
            self._batch_sums,
            input_signature=(
                tf.TensorSpec((None, 28, 28), tf.uint8),
                tf.TensorSpec((None, vae.latent_dim), tf.float32),
            ),
        )

    def _batch_sums(self, images: Any, noise: Any) -> Any:
        terms = self.vae.terms(unit_interval(images), noise)
        return tf.stack([tf.reduce_sum(terms.bce), tf.reduce_sum(terms.kl)])

    def score(self, images: NDArray[np.uint8]) -> Score:
        """Scores uint8 [N, 28, 28] images. An image's noise depends on its place and the seed only."""
        noise = tf.random.stateless_normal(
            (len(images), self.vae.latent_dim), (self.seed, 0x5C0E), alg=GENERATOR
        )
        total = np.zeros(2, np.float64)
        for start in range(0, len(images), self.batch_size):
            batch = slice(start, start + self.batch_size)
            total += self._sums(images[batch], noise[batch]).numpy()
        bce, kl = (float(value) for value in total / len(images))
        return Score(bce, kl)
