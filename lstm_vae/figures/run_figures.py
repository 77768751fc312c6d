"""All figures of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.evaluation import posterior_means
from lstm_vae.figures.curves import draw_loss_curves
from lstm_vae.figures.grids import draw_plane, draw_reconstructions, draw_samples
from lstm_vae.figures.latent_scatter import draw_latent_scatter
from lstm_vae.model import VAE
from lstm_vae.training.history import EpochRow

COUNTS = (100, 400)


def draw_run_figures(
    vae: VAE, splits: Splits, rows: Sequence[EpochRow], config: RunConfig, folder: Path
) -> None:
    """Draws loss curves, reconstructions, generated digits and the latent scatter into `folder`."""
    validation = splits.validation
    draw_loss_curves(rows, folder / "loss_curves.png")
    draw_reconstructions(vae, validation.images, validation.labels, folder / "reconstructions.png")
    means = posterior_means(vae, validation.images, config.evaluation.batch_size)
    draw_latent_scatter(means, validation.labels, folder / "latent_scatter.png", splits.name)
    seed, temperature = config.evaluation.seed, config.evaluation.generation_temperature
    for count in COUNTS:
        draw_samples(vae, folder / f"prior_{count}.png", count, 1.0, seed, temperature)
        if vae.latent_dim == 2:
            for scale in config.figures.scales:
                draw_plane(vae, folder / f"plane_{count}_scale_{scale:g}.png", count, scale, temperature)
