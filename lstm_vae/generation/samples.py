"""Images from the prior, sharpened where asked.

A temperature T below 1 makes p(x|z) into p(x|z)^(1/T), normalised: of Bernoullis, logits divided by T. What
is reported of a likelihood is always of T = 1. Source: Kingma & Dhariwal (2018), "Glow", draw samples of a
flow at reduced temperature; here the prior keeps its spread, and the likelihood alone is sharpened.
"""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from lstm_vae.model import VAE

DECODED_AT_ONCE = 100  # 40 MB of the last layers' grids


def decode(vae: VAE, z: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Bernoulli means of p(x|z)^(1/temperature), [N, 28, 28], of latents [N, L]."""
    starts = range(0, len(z), DECODED_AT_ONCE)
    parts = (keras.ops.sigmoid(vae.decoder(z[i : i + DECODED_AT_ONCE]) / temperature) for i in starts)
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])


def sample_prior(latent_dim: int, count: int, scale: float, seed: int) -> NDArray[np.float32]:
    """float32 [count, L] from N(0, scale^2 I)."""
    z = np.random.default_rng([0x9E4, seed]).standard_normal((count, latent_dim)) * scale
    return z.astype(np.float32)
