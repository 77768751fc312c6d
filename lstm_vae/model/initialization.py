"""Initial weights that depend on the data: of the head of the posterior's means.

With weights as Keras draws them the means of different images differ by 0.01 to 0.05, beside noise of 1:
the decoder learns to do without them, and the KL then takes what little they say. Deep encoders do not find
back from there: the posterior has collapsed. docs/decisions/0014-initial-means.md measures it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lstm_vae.model.encoder import Encoder
from lstm_vae.model.vae import unit_interval

IMAGES = 512  # that are looked at, evenly spaced: a data set may be sorted by label
WEAKEST = 0.05  # of the first component's deviation; a weaker one is amplified no more than that
LEAST = 1e-6  # deviation; with less, nothing of an image comes through to be amplified


def spread_means(encoder: Encoder, images: NDArray[np.generic], std: float) -> None:
    """Sets the head of the means so that the latents begin as the first principal components of the features
    before the heads, centred, each with a given standard deviation over these images.

    An encoder that overrides `call` and not `features` is left alone: what its heads see is its own affair.
    Components that hardly vary are amplified less. Latents beyond the number of features, and all of them
    where the features are the same for all images, keep the weights that they have.

    Source: Krähenbühl et al. (2016), Data-dependent initializations of convolutional neural networks, section
    3.1, which do so with every layer.

    Args:
        encoder: built.
        images: uint8 or float32 [B, 28, 28], of training.
        std: in standard deviations of the prior.
    """
    kind = type(encoder)
    if kind.call is not Encoder.call and kind.features is Encoder.features:
        return
    some = images[np.linspace(0, len(images) - 1, min(IMAGES, len(images))).astype(int)]
    features = np.asarray(encoder.features(unit_interval(some)), np.float64)
    mean = features.mean(axis=0)
    _, singular_values, components = np.linalg.svd(features - mean, full_matrices=False)
    spread = singular_values / math.sqrt(len(features))
    if not spread[0] > LEAST:
        return
    head = encoder.mean_head
    kernel, bias = head.kernel.numpy().copy(), head.bias.numpy().copy()
    n = min(encoder.latent_dim, len(components))
    kernel[:, :n] = components[:n].T * (std / np.maximum(spread[:n], WEAKEST * spread[0]))
    bias[:n] = -mean @ kernel[:, :n]
    head.kernel.assign(kernel)
    head.bias.assign(bias)
