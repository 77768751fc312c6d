"""Which pictures a finished run has."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.figures.run_figures import draw_run_figures
from lstm_vae.model import build_vae
from lstm_vae.training.history import EpochRow

ROWS = [EpochRow(n, 150 + 9 / n, 145 + 9 / n, 5, 0, 151 + 9 / n, 146 + 9 / n, 5, 1, 1, 1, 1) for n in (1, 2)]
ALWAYS = {"loss_curves.png", "reconstructions.png", "latent_scatter.png", "prior_100.png", "prior_400.png"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("latent_dim", "planes"), [(2, {"plane_100_scale_0.5.png", "plane_400_scale_0.5.png"}), (3, set())]
)
def test_there_is_a_plane_for_every_scale_of_two_latents(
    small: RunConfig, digits: Splits, tmp_path: Path, latent_dim: int, planes: set[str]
) -> None:
    config = small.replace(encoder__latent_dim=latent_dim, figures__scales=[0.5])
    draw_run_figures(build_vae(config), digits, ROWS, config, tmp_path / "figures")
    pictures = {path.name: path for path in (tmp_path / "figures").iterdir()}
    assert pictures.keys() == ALWAYS | planes
    for name, path in pictures.items():
        assert matplotlib.image.imread(path).std() > 0.01, name


@pytest.mark.long
def test_generated_digits_have_the_temperature_and_reconstructions_do_not(
    small: RunConfig, digits: Splits, tmp_path: Path
) -> None:
    vae = build_vae(small)
    same = {}
    for temperature in (1.0, 0.02):
        config = small.replace(figures__scales=[0.5], evaluation__generation_temperature=temperature)
        draw_run_figures(vae, digits, ROWS, config, tmp_path / f"{temperature}")
    for path in (tmp_path / "1.0").iterdir():
        plain, sharper = (matplotlib.image.imread(tmp_path / name / path.name) for name in ("1.0", "0.02"))
        same[path.name] = np.array_equal(plain, sharper)
    generated = {"prior_100.png", "prior_400.png", "plane_100_scale_0.5.png", "plane_400_scale_0.5.png"}
    assert {name for name, alike in same.items() if not alike} == generated
