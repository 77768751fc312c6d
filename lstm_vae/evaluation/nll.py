"""Importance-weighted estimate of -log p(x) (Burda, Grosse & Salakhutdinov 2016, eq. 8).

    nll_K(x) = -log 1/K sum_k p(x|z_k) p(z_k) / q(z_k|x),   z_k ~ q(z|x)

Its expectation falls towards -log p(x) as K grows and never exceeds -ELBO. For binarized images it is a bound
of the negative log-likelihood. For grey values, where the "Bernoulli" p(x|z) is not normalised over [0, 1],
it bounds the same cross-entropy-based quantity that BCE + KL bounds: comparable among models scored alike
here, not with densities published for binarized MNIST.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lstm_vae.model import VAE, bernoulli_cross_entropy, reparameterize
from lstm_vae.model.vae import GENERATOR, unit_interval

# Whose noise is drawn together, which is part of what is computed; and of how many the logits are in memory
# together: 2,000 decoded at once take 290 MB more, and as long.
DRAWN_AT_ONCE = 2_000
DECODED_AT_ONCE = 500


def evenly_spaced(count: int, limit: int | None) -> NDArray[np.int64]:
    """At most `limit` of the indices 0 .. count - 1, evenly spaced: parts of a test set differ."""
    if limit is None or limit >= count:
        return np.arange(count)
    return np.arange(limit) * count // limit


class NLLEstimator:
    """Estimates the NLL of images, in batches of images and of samples.

    Args:
        vae: a built model.
        samples: K, importance samples an image.
        seed: of the samples.
    """

    def __init__(self, vae: VAE, samples: int, seed: int) -> None:
        self.vae, self.samples, self.seed = vae, samples, seed
        self._chunk = min(samples, 50)
        self._log_weights = tf.function(
            self._compiled_log_weights,
            input_signature=(
                tf.TensorSpec((None, 28, 28), tf.uint8),
                tf.TensorSpec((None, None, vae.latent_dim), tf.float32),
            ),
        )

    def _compiled_log_weights(self, images: Any, noise: Any) -> Any:
        """log p(x|z) + log p(z) - log q(z|x), float32 [S, B], of noise [S, B, L]."""
        x = unit_interval(images)
        posterior = self.vae.encoder(x)
        z = reparameterize(posterior, noise)
        samples, count = tf.shape(noise)[0], tf.shape(noise)[1]
        logits = self.vae.decoder(tf.reshape(z, (-1, self.vae.latent_dim)))
        logits = tf.reshape(logits, (samples, count, 28, 28))
        bce = bernoulli_cross_entropy(tf.broadcast_to(x, tf.shape(logits)), logits)
        # The constants of both normal densities cancel.
        log_prior = -0.5 * tf.reduce_sum(tf.square(z), axis=-1)
        log_posterior = -0.5 * tf.reduce_sum(tf.square(noise) + posterior.z_log_var, axis=-1)
        return -bce + log_prior - log_posterior

    def estimate(self, images: NDArray[np.uint8]) -> float:
        """Mean NLL of uint8 [N, 28, 28] images, nats per image."""
        batch = max(1, DRAWN_AT_ONCE // self._chunk)
        total = 0.0
        for start in range(0, len(images), batch):
            part = images[start : start + batch]
            weights = np.concatenate([self._weights(part, start, first) for first in self._starts()])
            with np.errstate(invalid="ignore"):  # a model that overflows: the caller sees a NaN
                peak = weights.max(axis=0)
                mean = np.exp(weights - peak).sum(axis=0) / self.samples
                total -= float((peak + np.log(mean)).sum())
        return total / len(images)

    def _starts(self) -> range:
        return range(0, math.ceil(self.samples / self._chunk))

    def _weights(self, part: NDArray[np.uint8], start: int, chunk: int) -> NDArray[np.float64]:
        count = min(self._chunk, self.samples - chunk * self._chunk)
        shape = (count, len(part), self.vae.latent_dim)
        seed = (self.seed ^ 0x11A5, start * 100_003 + chunk)
        noise = tf.random.stateless_normal(shape, seed, alg=GENERATOR)
        step = max(1, DECODED_AT_ONCE // len(part))
        weights = [self._log_weights(part, noise[i : i + step]).numpy() for i in range(0, count, step)]
        return np.concatenate(weights).astype(np.float64)
