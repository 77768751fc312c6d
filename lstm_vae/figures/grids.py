"""Pictures of digits: generated ones in a grid, and reconstructions beside their originals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_vae.figures.style import figure
from lstm_vae.generation.samples import decode, sample_prior
from lstm_vae.model import VAE

GAP = 2


def tile(images: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """Puts [N, 28, 28] images into one picture, row by row, with light gaps; missing ones stay blank."""
    count, side = len(images), images.shape[1]
    rows = -(-count // columns)
    picture = np.full((rows * (side + GAP) + GAP, columns * (side + GAP) + GAP), 0.35, np.float32)
    for index, image in enumerate(images):
        top, left = (GAP + (side + GAP) * place for place in divmod(index, columns))
        picture[top : top + side, left : left + side] = image
    return picture


def draw_samples(vae: VAE, path: Path, count: int, scale: float, seed: int, temperature: float = 1.0) -> None:
    """A grid of digits generated from z ~ N(0, scale^2 I)."""
    columns = int(np.ceil(np.sqrt(count)))
    images = decode(vae, sample_prior(vae.latent_dim, count, scale, seed), temperature)
    spread = "the prior N(0, I)" if scale == 1 else f"N(0, {scale:g}² I), {scale:g} times the prior's spread"
    side = 5.5 if count <= 100 else 8.5
    with figure(path, side, side * np.ceil(count / columns) / columns + 0.4) as fig:
        _show(fig, tile(images, columns), f"{count} digits generated from {spread}{_at(temperature)}")


def draw_plane(vae: VAE, path: Path, count: int, scale: float, temperature: float = 1.0) -> None:
    """A grid of digits decoded from equal steps over [-scale, scale]^2 of a 2-D latent's plane.

    Args:
        vae: with two latents.
        path: of the picture.
        count: of digits, a square number.
        scale: half width of the plane, in standard deviations of the prior.
        temperature: of the likelihood.
    """
    columns = math.isqrt(count)
    assert columns * columns == count
    axis = np.linspace(-scale, scale, columns, dtype=np.float32) if columns > 1 else np.zeros(1, np.float32)
    z = np.array([(x, y) for y in axis[::-1] for x in axis], np.float32)
    side = 5.5 if count <= 100 else 8.5
    with figure(path, side + 0.6, side + 0.6) as fig:
        axes = fig.add_subplot()
        half = scale * columns / max(columns - 1, 1)
        picture = tile(decode(vae, z, temperature), columns)
        axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1, extent=(-half, half, -half, half))
        axes.set(
            xlabel="z₁ (standard deviations of the prior)",
            ylabel="z₂ (standard deviations of the prior)",
            title=f"{count} digits over the latent plane, ±{scale:g}{_at(temperature)}",
        )
        axes.grid(visible=False)


def draw_reconstructions(vae: VAE, images: NDArray[np.uint8], labels: NDArray[np.uint8], path: Path) -> None:
    """Two images of each label: originals above their reconstructions from the posterior's mean."""
    indices = np.concatenate([np.flatnonzero(labels == label)[:2] for label in np.unique(labels)])
    originals = images[indices].astype(np.float32) / 255
    reconstructions = decode(vae, np.asarray(vae.encoder(originals).z_mean))
    with figure(path, 10, 1.75) as fig:
        picture = tile(np.concatenate([originals, reconstructions]), len(indices))
        axes = _show(fig, picture, "Validation digits (above) and their reconstructions (below)")
        axes.set_anchor("C")


def _at(temperature: float) -> str:
    return "" if temperature == 1 else f", temperature {temperature:g}"


def _show(fig: Any, picture: NDArray[np.float32], title: str) -> Any:
    axes = fig.add_subplot()
    axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
    axes.set_title(title)
    axes.set_axis_off()
    return axes
