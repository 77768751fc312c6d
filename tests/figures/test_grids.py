from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.figures import grids
from lstm_vae.model import VAE, build_vae


@pytest.fixture
def vae(small: RunConfig) -> VAE:
    return build_vae(small)


@given(count=st.integers(1, 30), columns=st.integers(1, 8))
def test_tiles_stand_in_rows_and_none_is_lost(count: int, columns: int) -> None:
    images = np.arange(1, count + 1, dtype=np.float32)[:, None, None] * np.ones((1, 28, 28), np.float32)
    picture = grids.tile(images, columns)
    step = 28 + grids.GAP
    for index in range(count):
        row, column = divmod(index, columns)
        top, left = row * step + grids.GAP, column * step + grids.GAP
        assert (picture[top : top + 28, left : left + 28] == index + 1).all()


def test_prior_samples_are_seeded_and_scaled() -> None:
    z = grids.sample_prior(3, 20_000, 2.0, seed=1)
    assert z.shape == (20_000, 3)
    assert z.std(axis=0) == pytest.approx([2, 2, 2], rel=0.03)
    np.testing.assert_array_equal(z, grids.sample_prior(3, 20_000, 2.0, seed=1))
    assert not np.array_equal(z, grids.sample_prior(3, 20_000, 2.0, seed=2))


def test_decoded_digits_are_probabilities(vae: VAE) -> None:
    images = grids.decode(vae, np.zeros((1001, 2), np.float32))
    assert images.shape == (1001, 28, 28)
    assert ((images > 0) & (images < 1)).all()


@pytest.mark.parametrize("count", [1, 9, 100])
def test_pictures_are_written_whole(vae: VAE, digits: Splits, tmp_path: Path, count: int) -> None:
    grids.draw_samples(vae, tmp_path / "prior.png", count, scale=2.0, seed=0)
    grids.draw_plane(vae, tmp_path / "plane.png", count, scale=1.5)
    grids.draw_reconstructions(vae, digits.test.images, digits.test.labels, tmp_path / "reconstructions.png")
    assert {path.name for path in tmp_path.iterdir()} == {"prior.png", "plane.png", "reconstructions.png"}
    for path in tmp_path.iterdir():
        assert matplotlib.image.imread(path).std() > 0.01
