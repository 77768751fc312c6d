"""The loss, once: Bernoulli cross-entropy and Gaussian KL, in nats.

Kingma & Welling, "Auto-Encoding Variational Bayes" (2014): -ELBO = E_q[-log p(x|z)] + KL(q(z|x) || p(z)),
with p(z) = N(0, I), q(z|x) = N(z_mean, diag(exp(z_log_var))) and p(x|z) a product of Bernoullis (appendix B
gives the KL, appendix C.1 the likelihood). Grey values count as Bernoulli means, so `bce` is a cross-entropy
and not the log-density of any normalised model of grey images.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

Tensor = Any


class Terms(NamedTuple):
    """What the loss of a batch is made of.

    Attributes:
        bce: float32 [B], distortion: cross-entropy summed over the 784 pixels, nats per image.
        kl: float32 [B, L], rate: KL of each latent, nats per image.
    """

    bce: Tensor
    kl: Tensor


def bernoulli_cross_entropy(images: Tensor, logits: Tensor) -> Tensor:
    """-sum over pixels of x log p + (1 - x) log(1 - p), p = sigmoid(logits).

    Args:
        images: float32 [..., 28, 28] in [0, 1].
        logits: float32 [..., 28, 28].

    Returns:
        float32 [...], nats per image.
    """
    pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
    return tf.reduce_sum(pixels, axis=(-2, -1))


def log_joint(images: Tensor, logits: Tensor, z: Tensor, kl_weight: Tensor) -> Tensor:
    """log p(x_i|z_j) + kl_weight * log p(z_j), up to a constant, of every image at every latent.

    log p(x|z) is linear in x, sum x l - softplus(l) over pixels: all pairs are one product of matrices. The
    constant is that of the prior's density, kl_weight * L / 2 * log(2 pi).

    Args:
        images: float32 [B, 28, 28] in [0, 1].
        logits: float32 [C, 28, 28], decoded from z.
        z: float32 [C, L].
        kl_weight: scalar, as in `training_loss`.

    Returns:
        float32 [B, C], nats.
    """
    pixels = tf.reshape(logits, (tf.shape(logits)[0], -1))
    per_latent = tf.reduce_sum(tf.nn.softplus(pixels), axis=-1) + kl_weight * 0.5 * tf.reduce_sum(
        tf.square(z), axis=-1
    )
    flat_images = tf.reshape(images, (tf.shape(images)[0], -1))
    return tf.matmul(flat_images, pixels, transpose_b=True) - per_latent


def gaussian_kl(z_mean: Tensor, z_log_var: Tensor) -> Tensor:
    """KL(N(z_mean, exp(z_log_var)) || N(0, 1)) of each latent.

    Args:
        z_mean: float32 [B, L].
        z_log_var: float32 [B, L].

    Returns:
        float32 [B, L], nats.
    """
    return 0.5 * (tf.square(z_mean) + tf.exp(z_log_var) - 1.0 - z_log_var)


def training_loss(terms: Terms, kl_weight: Tensor, free_bits: float = 0.0) -> Tensor:
    """What an optimizer minimises: mean BCE + kl_weight * KL.

    Args:
        terms: of a batch.
        kl_weight: scalar; beta (Higgins et al. 2017) times the warm-up's part (Sønderby et al. 2016).
        free_bits: nats that each latent may carry at no cost, compared with its mean over the batch
            (Kingma et al. 2016, eq. 15).

    Returns:
        scalar float32, nats per image.
    """
    kl = tf.reduce_mean(terms.kl, axis=0)
    if free_bits > 0:
        kl = tf.maximum(kl, free_bits)
    return tf.reduce_mean(terms.bce) + kl_weight * tf.reduce_sum(kl)
