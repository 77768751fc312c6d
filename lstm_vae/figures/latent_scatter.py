"""Where the posterior puts the digits."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from lstm_vae.figures.style import figure

# Fashion-MNIST's labels, from its paper (Xiao, Rasul & Vollgraf 2017).
FASHION = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")


def principal_axes(z: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Projects [N, L] onto its first two principal axes: [N, 2], and the variance's part along each."""
    centred = z.astype(np.float64) - z.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    variance = singular**2 / max(float((singular**2).sum()), 1e-12)
    return centred @ axes[:2].T, variance[:2]


def draw_latent_scatter(
    z_mean: NDArray[np.float32], labels: NDArray[np.uint8], path: Path, data_name: str
) -> None:
    """Posterior means of validation images, coloured by label, float32 [N, L].

    More than two latents are shown along their first two principal axes; a single one beside its label.
    """
    latent_dim = z_mean.shape[1]
    names = FASHION if data_name == "fashion_mnist" else tuple("0123456789")
    with figure(path, 7.2, 6) as fig:
        axes = fig.add_subplot()
        axes.set_title(f"Posterior means of {len(labels):,} validation images")
        if latent_dim == 2:
            points = z_mean.astype(np.float64)
            axes.set(xlabel="z₁", ylabel="z₂", aspect="equal")
        elif latent_dim > 2:
            points, part = principal_axes(z_mean)
            axes.set(
                xlabel=f"first principal axis ({part[0]:.0%} of the variance)",
                ylabel=f"second principal axis ({part[1]:.0%} of the variance)",
                aspect="equal",
            )
        else:
            jitter = np.random.default_rng(0).uniform(-0.3, 0.3, len(labels))
            points = np.stack([z_mean[:, 0].astype(np.float64), labels + jitter], axis=1)
            axes.set(xlabel="z₁", ylabel="label")
        size = 4 if len(labels) > 2_000 else 12
        for label in range(10):
            mask, color = labels == label, mpl.colormaps["tab10"](label)
            axes.scatter(*points[mask].T, s=size, color=color, alpha=0.7, linewidths=0, label=names[label])
        title = "item" if data_name == "fashion_mnist" else "digit"
        axes.legend(title=title, loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2)
