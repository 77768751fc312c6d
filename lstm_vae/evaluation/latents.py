"""Posteriors of many images, and which latents are in use."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lstm_vae.model import VAE
from lstm_vae.model.vae import unit_interval

ACTIVE_VARIANCE = 0.01


def posterior_means(vae: VAE, images: NDArray[np.uint8], batch_size: int) -> NDArray[np.float32]:
    """z_mean of uint8 [N, 28, 28] images: float32 [N, L]."""
    encode = tf.function(
        lambda batch: vae.encoder(unit_interval(batch)).z_mean,
        input_signature=(tf.TensorSpec((None, 28, 28), tf.uint8),),
    )
    parts = [encode(images[i : i + batch_size]).numpy() for i in range(0, len(images), batch_size)]
    return np.concatenate(parts)


def active_units(z_mean: NDArray[np.float32]) -> int:
    """Latents whose posterior mean varies over images by a variance above 0.01 (Burda et al. 2016, A_u)."""
    with np.errstate(invalid="ignore"):  # of means that overflowed
        return int((z_mean.astype(np.float64).var(axis=0) > ACTIVE_VARIANCE).sum())
