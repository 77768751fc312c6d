from __future__ import annotations

import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.evaluation import NLLEstimator, Scorer
from lstm_vae.evaluation.nll import evenly_spaced
from lstm_vae.model import VAE, build_vae
from lstm_vae.model.losses import bernoulli_cross_entropy
from lstm_vae.model.vae import unit_interval

pytestmark = pytest.mark.long


@pytest.fixture
def vae(small: RunConfig, digits: Splits) -> VAE:
    vae = build_vae(small.replace(encoder__latent_dim=1))
    vae.compile("adam")
    vae.fit(digits.train.images, epochs=2, verbose=0)
    return vae


def test_many_samples_reach_the_integral_over_the_latent(vae: VAE, digits: Splits) -> None:
    """With one latent, -log p(x) can be integrated on a grid."""
    images = digits.test.images[:4]
    grid = np.linspace(-8, 8, 4001, dtype=np.float32)[:, None]
    logits = vae.decoder(grid).numpy()
    exact = []
    for image in unit_interval(images).numpy():
        log_joint = (
            -bernoulli_cross_entropy(np.broadcast_to(image, logits.shape), logits).numpy().astype(float)
        )
        log_joint -= 0.5 * grid[:, 0].astype(float) ** 2 + 0.5 * np.log(2 * np.pi)
        peak = log_joint.max()
        exact.append(-(peak + np.log(np.trapezoid(np.exp(log_joint - peak), grid[:, 0].astype(float)))))
    assert NLLEstimator(vae, 5000, 0).estimate(images) == pytest.approx(np.mean(exact), abs=0.02)


def test_more_samples_give_a_tighter_bound_than_bce_plus_kl(vae: VAE, digits: Splits) -> None:
    images = digits.test.images[:200]
    elbo = Scorer(vae, 100, 0).score(images).loss
    estimates = [NLLEstimator(vae, k, 0).estimate(images) for k in (2, 16, 128)]
    assert estimates[2] <= estimates[1] + 0.05
    assert estimates[1] <= estimates[0] + 0.2
    assert estimates[2] < elbo


def test_one_sample_and_the_elbo_agree_on_average(vae: VAE, digits: Splits) -> None:
    images = digits.test.images
    elbo = np.mean([Scorer(vae, 100, seed).score(images).loss for seed in range(5)])
    single = np.mean([NLLEstimator(vae, 1, seed).estimate(images) for seed in range(5)])
    assert single == pytest.approx(elbo, rel=0.01)


def test_samples_not_a_multiple_of_the_chunk_are_all_counted(vae: VAE, digits: Splits) -> None:
    images = digits.test.images[:50]
    assert NLLEstimator(vae, 75, 0).estimate(images) == pytest.approx(
        NLLEstimator(vae, 100, 0).estimate(images), abs=0.3
    )


def test_chosen_images_are_spread_over_the_set() -> None:
    assert evenly_spaced(10, 5).tolist() == [0, 2, 4, 6, 8]
    assert evenly_spaced(3, None).tolist() == evenly_spaced(3, 9).tolist() == [0, 1, 2]
