"""A pull on images that the encoder has put where another place explains them far better.

The gradient of the ELBO moves a posterior by what the decoder paints close by. Where p(z|x) has several
modes, as for a digit between two classes of a small latent space, an encoder that has chosen the worse one
cannot see the other: it is caught in a local optimum, and with it the decoder, which learns to paint that
image there. The batch knows more: every step decodes a sample of each of its images, and one product of
matrices tries all of them for all images, since log p(x|z) is linear in x. What the images of a batch share
are samples of the mixture of their posteriors; to move q(z|x) towards the best of them is a hard form of the
wake phase of reweighted wake-sleep (Bornschein & Bengio 2015), for the encoder only.

What it does to the loss: docs/decisions/0018-relocation.md.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from lstm_vae.model.losses import log_joint

Tensor = Any
WEIGHT = 30.0  # nats per image and standard deviation of the prior
MOST_LATENTS = 2  # with more there are ways around: relocation gains nothing then, and costs
MARGIN = 3.0  # nats: two samples of one posterior of two latents differ by one on average
_SMALL = 1e-4  # keeps the gradient of a square root finite


def relocation_weight(configured: float | None, latent_dim: int) -> float:
    """What `training.relocation` comes to; None means a default by the number of latents."""
    if configured is not None:
        return configured
    return WEIGHT if latent_dim <= MOST_LATENTS else 0.0


def relocation(images: Tensor, z_mean: Tensor, z: Tensor, logits: Tensor, kl_weight: Tensor) -> Tensor:
    """How far posterior means are from where they should be: of each image whose joint log-density at another
    image's sample exceeds that at its own by `MARGIN` nats, the distance to the best of them; else 0.

    Its gradient reaches z_mean only.

    Args:
        images: float32 [B, 28, 28] in [0, 1].
        z_mean: float32 [B, L].
        z: float32 [B, L], a sample of each posterior.
        logits: float32 [B, 28, 28], decoded from z.
        kl_weight: scalar, as in `training_loss`.

    Returns:
        scalar float32, mean over the batch, in standard deviations of the prior.
    """
    z, logits = tf.stop_gradient(z), tf.stop_gradient(logits)
    joint = log_joint(images, logits, z, kl_weight)
    gain = tf.reduce_max(joint, axis=1) - tf.linalg.diag_part(joint)
    best_z = tf.gather(z, tf.argmax(joint, axis=1))
    distance = tf.sqrt(tf.reduce_sum(tf.square(z_mean - best_z), axis=-1) + _SMALL)
    return tf.reduce_mean(tf.where(gain > MARGIN, distance, tf.zeros_like(distance)))
