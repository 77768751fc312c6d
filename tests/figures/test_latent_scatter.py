from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lstm_vae.figures.latent_scatter import draw_latent_scatter, principal_axes


def test_principal_axes_carry_the_most_variance() -> None:
    generator = np.random.default_rng(0)
    z = (generator.standard_normal((2000, 4)) * [0.1, 3, 0.2, 1]).astype(np.float32)
    points, part = principal_axes(z)
    assert abs(np.corrcoef(points[:, 0], z[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(points[:, 1], z[:, 3])[0, 1]) > 0.99
    assert part == pytest.approx([9 / 10.05, 1 / 10.05], rel=0.1)


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_any_latent_is_drawn(tmp_path: Path, latent_dim: int, name: str) -> None:
    z = np.random.default_rng(0).standard_normal((60, latent_dim)).astype(np.float32)
    draw_latent_scatter(z, np.arange(60, dtype=np.uint8) % 10, tmp_path / "scatter.png", name)
    assert (tmp_path / "scatter.png").stat().st_size > 10_000


def test_a_collapsed_posterior_is_drawn(tmp_path: Path) -> None:
    draw_latent_scatter(np.zeros((20, 3), np.float32), np.zeros(20, np.uint8), tmp_path / "s.png", "mnist")
    assert (tmp_path / "s.png").exists()
