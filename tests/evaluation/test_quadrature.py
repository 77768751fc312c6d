"""The exact NLL is what an integral says, and what importance sampling comes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.errors import UserError
from lstm_vae.evaluation import NLLEstimator, Scorer, posterior_means, quadrature
from lstm_vae.evaluation.quadrature import exact_nll
from lstm_vae.model import VAE, build_vae

pytestmark = pytest.mark.long


@pytest.fixture(params=[1, 2], scope="module")
def vae(request: pytest.FixtureRequest, small: RunConfig, digits: Splits) -> VAE:
    vae = build_vae(small.replace(encoder__latent_dim=request.param))
    vae.compile("adam")
    vae.fit(digits.train.images, epochs=2, verbose=0)
    return vae


@pytest.fixture(autouse=True)
def coarse_grids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posteriors are wide after two epochs of a few digits."""
    monkeypatch.setattr(quadrature, "STEPS", (0.1, 0.05))


def test_importance_sampling_comes_to_it(vae: VAE, digits: Splits) -> None:
    images = digits.test.images[:8]
    exact = exact_nll(vae, images, posterior_means(vae, images, 8))
    assert NLLEstimator(vae, 5000, 0).estimate(images) == pytest.approx(exact.nll, abs=0.02)
    assert exact.error < 1e-3


def test_its_products_are_whole_and_nobody_elses_are_changed(
    vae: VAE, digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    grid = quadrature._grid

    def looked_into(cells: int, latents: int, step: float) -> Iterator[Any]:
        for part in grid(cells, latents, step):
            inside.append(enabled())
            yield part

    monkeypatch.setattr(quadrature, "_grid", looked_into)
    before = enabled()
    images = digits.test.images[:3]
    exact_nll(vae, images, posterior_means(vae, images, 3))
    assert set(inside) == {False}
    assert enabled() == before


def test_the_negative_elbo_is_above_it(vae: VAE, digits: Splits) -> None:
    images = digits.test.images[:50]
    exact = exact_nll(vae, images, posterior_means(vae, images, 50))
    assert exact.nll < np.mean([Scorer(vae, 50, seed).score(images).loss for seed in range(5)])


def test_a_decoder_that_does_not_look_at_its_latents_says_the_same_everywhere(
    small: RunConfig, digits: Splits
) -> None:
    vae = build_vae(small)
    for variable in vae.decoder.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    exact = exact_nll(vae, digits.test.images[:3], np.zeros((3, 2), np.float32))
    assert exact.nll == pytest.approx(784 * np.log(2), rel=1e-6)


def test_a_grid_that_is_too_coarse_is_made_finer(
    vae: VAE, digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, none = digits.test.images[:3], np.zeros((3, vae.latent_dim), np.float32)
    right = exact_nll(vae, images, none)
    assert right.step == quadrature.STEPS[0]
    monkeypatch.setattr(quadrature, "STEPS", (4.0, quadrature.STEPS[0]))
    assert exact_nll(vae, images, none) == right


def test_means_too_far_out_and_posteriors_too_narrow_are_refused(
    vae: VAE, small: RunConfig, digits: Splits
) -> None:
    images = digits.test.images[:3]
    far = np.full((3, vae.latent_dim), 1e5, np.float32)
    with pytest.raises(UserError, match=r"means lie up to 1e\+05 standard deviations .* too far"):
        exact_nll(vae, images, far)
    with pytest.raises(UserError, match="too far"):
        exact_nll(vae, images, np.full((3, vae.latent_dim), np.nan, np.float32))
    narrow = build_vae(small.replace(encoder__latent_dim=vae.latent_dim))
    narrow.set_weights(vae.get_weights())
    first = narrow.decoder.trainable_variables[0]
    first.assign(first * 1e4)
    with pytest.raises(UserError, match=r"too narrow for a grid of step 0\.05"):
        exact_nll(narrow, images, np.zeros((3, vae.latent_dim), np.float32))
