"""Decoding at a temperature."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.generation.samples import decode, sample_prior
from lstm_vae.model import VAE, build_vae


@pytest.fixture(scope="module")
def vae() -> VAE:
    return build_vae(
        RunConfig.from_mapping({"encoder": {"hidden": [8], "fc": []}, "decoder": {"filters": [8, 4]}})
    )


@pytest.mark.parametrize("temperature", [0.01, 0.25, 1.0, 3.0])
def test_logits_are_divided_by_the_temperature(vae: VAE, temperature: float) -> None:
    z = sample_prior(2, 120, 4.0, seed=0)
    logits = vae.decoder(z).numpy().astype(float)
    expected = 1 / (1 + np.exp(-logits / temperature))
    images = decode(vae, z, temperature)
    np.testing.assert_allclose(images, expected, atol=2e-4)
    assert np.isfinite(images).all()


def test_below_one_pixels_leave_the_middle_and_none_changes_sides(vae: VAE) -> None:
    z = sample_prior(2, 50, 4.0, seed=0)
    plain, sharp = decode(vae, z), decode(vae, z, 0.25)
    np.testing.assert_array_equal(plain, decode(vae, z, 1.0))
    assert (np.abs(sharp - 0.5) >= np.abs(plain - 0.5)).all()
    assert ((sharp > 0.5) == (plain > 0.5)).all()
    assert np.abs(sharp - 0.5).mean() > 2 * np.abs(plain - 0.5).mean()
