"""-log p(x) itself, of models with one or two latents: an integral over the prior instead of a bound.

    p(x) = integral N(z; 0, I) p(x|z) dz ~ h^L sum_g N(z_g; 0, I) p(x|z_g)

by the trapezoidal rule on a grid of step h, which for smooth integrands that vanish at the ends converges
faster than any power of h (Trefethen & Weideman 2014, "The exponentially convergent trapezoidal rule", SIAM
Review 56). It asks the decoder only. What the negative ELBO has beyond it is the inference gap, KL(q(z|x) ||
p(z|x)): what the encoder loses (Cremer, Li & Duvenaud 2018, "Inference suboptimality in variational
autoencoders").

Grey values: as in `lstm_vae.evaluation.nll`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lstm_vae.errors import UserError
from lstm_vae.model import VAE
from lstm_vae.model.losses import log_joint
from lstm_vae.model.vae import unit_interval

# The first will do where posteriors have standard deviations of 0.03 and more, as after 30 epochs of MNIST;
# each of the next takes four times as long with two latents.
STEPS = (0.02, 0.01)
HALF_WIDTH = 5.0  # of the grid, in standard deviations of the prior; outside lie 1e-6 of it
BEYOND = 1.0  # the outermost posterior means
MOST_POINTS = 2_000_000
TOLERANCE = 0.05  # nats per image, by which the grid's every second line may differ from all
DECODED_AT_ONCE = 500


class Quadrature(NamedTuple):
    """Nats per image.

    Attributes:
        nll: -log p(x), mean over images.
        error: by how much a grid of twice the step differs; its own error is far smaller.
        step: of the grid.
    """

    nll: float
    error: float
    step: float


def exact_nll(vae: VAE, images: NDArray[np.uint8], z_mean: NDArray[np.float32]) -> Quadrature:
    """-log p(x) of uint8 [N, 28, 28] images.

    Args:
        vae: a built model of one or two latents.
        z_mean: [N, L], their posteriors' means: the grid reaches beyond them.

    Raises:
        UserError: the posterior means lie too far out, or the grid is too coarse for the posteriors.
    """
    farthest = float(np.abs(z_mean).max())
    half_width = max(HALF_WIDTH, farthest + BEYOND)
    joint_at = _joint_of(vae, images)
    for step in STEPS:
        if not math.isfinite(farthest) or (2 * half_width / step) ** vae.latent_dim > MOST_POINTS:
            raise UserError(
                f"the model's posterior means lie up to {farthest:.3g} standard deviations of the prior "
                f"away, too far for a grid of step {step:g}"
            )
        result = _integral(joint_at, len(images), math.ceil(half_width / step), vae.latent_dim, step)
        if result.error <= TOLERANCE:
            return result
    raise UserError(
        f"the model's posteriors are too narrow for a grid of step {step:g}: with twice the step the NLL "
        f"differs by {result.error:.2g} nats"
    )


def _joint_of(vae: VAE, images: NDArray[np.uint8]) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Of [G, L] points, log p(x, z) of all images, [N, G]."""
    x = unit_interval(images)
    traced = tf.function(
        lambda z: log_joint(x, vae.decoder(z), z, tf.constant(1.0)),
        input_signature=(tf.TensorSpec((None, vae.latent_dim), tf.float32),),
    )
    return lambda z: np.asarray(traced(z))


def _integral(
    joint_at: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    images: int,
    cells: int,
    latents: int,
    step: float,
) -> Quadrature:
    fine, coarse = _LogSum(images), _LogSum(images)
    with _full_precision():
        for z, every_second in _grid(cells, latents, step):
            joint = joint_at(z)
            fine.add(joint)
            coarse.add(joint[:, every_second])
    # A cell of the grid, times the constant of the prior's density.
    log_cell = latents * (math.log(step) - 0.5 * math.log(2 * math.pi))
    nll = -float(fine.value().mean()) - log_cell
    error = abs(nll + float(coarse.value().mean()) + log_cell + latents * math.log(2))
    return Quadrature(nll, error, step)


@contextmanager
def _full_precision() -> Iterator[None]:
    """Within it, no GPU shortens products to TF32: a log density is a small difference of large numbers."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def _grid(cells: int, latents: int, step: float) -> Iterator[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """The points of a grid in parts, [G, L], and which of them are on its every second line."""
    line = np.arange(-cells, cells + 1)
    points = np.stack(np.meshgrid(*[line] * latents, indexing="ij"), axis=-1).reshape(-1, latents)
    for start in range(0, len(points), DECODED_AT_ONCE):
        part = points[start : start + DECODED_AT_ONCE]
        yield (part * step).astype(np.float32), (part % 2 == 0).all(axis=-1)


class _LogSum:
    """log sum exp of what is added, a value a row."""

    def __init__(self, rows: int) -> None:
        self._peak, self._sum = np.full(rows, -np.inf), np.zeros(rows)

    def add(self, terms: NDArray[np.float32]) -> None:
        """Adds [N, G] terms."""
        if not terms.shape[1]:
            return
        peak = np.maximum(self._peak, terms.max(axis=1))
        self._sum *= np.exp(self._peak - peak)
        self._sum += np.exp(terms - peak[:, None], dtype=np.float32).sum(axis=1, dtype=np.float64)
        self._peak = peak

    def value(self) -> NDArray[np.float64]:
        return self._peak + np.log(self._sum)
