from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lstm_vae.model import Terms, bernoulli_cross_entropy, gaussian_kl, training_loss
from lstm_vae.model.losses import log_joint

NUMBERS = st.floats(-4, 4, width=32)


@given(mean=NUMBERS, log_var=NUMBERS)
@settings(max_examples=50)
def test_kl_is_what_integration_says(mean: float, log_var: float) -> None:
    grid = np.linspace(-60, 60, 200_001)
    q = stats.norm(mean, np.exp(0.5 * log_var))
    integral = np.trapezoid(q.pdf(grid) * (q.logpdf(grid) - stats.norm.logpdf(grid)), grid)
    kl = float(gaussian_kl(tf.constant([[mean]]), tf.constant([[log_var]]))[0, 0])
    assert kl == pytest.approx(integral, rel=1e-3, abs=1e-4)
    assert kl >= -1e-5


def test_kl_of_the_prior_is_zero() -> None:
    assert not np.any(gaussian_kl(tf.zeros((2, 3)), tf.zeros((2, 3))))


@given(pixel=st.floats(0, 1, width=32), logit=NUMBERS)
def test_bce_is_the_sum_of_784_bernoulli_cross_entropies(pixel: float, logit: float) -> None:
    images, logits = tf.fill((1, 28, 28), pixel), tf.fill((1, 28, 28), logit)
    p = 1 / (1 + np.exp(-np.float64(logit)))
    expected = -784 * (pixel * np.log(p) + (1 - pixel) * np.log(1 - p))
    assert float(bernoulli_cross_entropy(images, logits)[0]) == pytest.approx(expected, rel=1e-4)


def test_extreme_logits_stay_finite() -> None:
    images = tf.concat([tf.zeros((1, 28, 28)), tf.ones((1, 28, 28))], axis=0)
    for logit in (-1e4, 1e4):
        assert np.isfinite(bernoulli_cross_entropy(images, tf.fill((2, 28, 28), logit))).all()


def test_the_loss_weighs_kl_and_gives_free_bits_per_latent() -> None:
    terms = Terms(bce=tf.constant([10.0, 20.0]), kl=tf.constant([[0.1, 3.0], [0.3, 5.0]]))
    assert float(training_loss(terms, tf.constant(1.0))) == pytest.approx(15 + 0.2 + 4)
    assert float(training_loss(terms, tf.constant(0.5))) == pytest.approx(15 + 0.5 * 4.2)
    assert float(training_loss(terms, tf.constant(1.0), free_bits=1.0)) == pytest.approx(15 + 1 + 4)


@given(weight=st.floats(0, 3, width=32), seed=st.integers(0, 2**16))
def test_the_joint_density_is_what_the_loss_says_for_every_pair(weight: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = tf.constant(rng.random((3, 28, 28), np.float32))
    logits = tf.constant(rng.normal(size=(4, 28, 28)).astype(np.float32))
    z = tf.constant(rng.normal(size=(4, 2)).astype(np.float32))
    joint = log_joint(images, logits, z, tf.constant(weight)).numpy()
    for column in range(4):
        bce = bernoulli_cross_entropy(images, tf.broadcast_to(logits[column], (3, 28, 28))).numpy()
        expected: np.ndarray = -bce - weight * 0.5 * np.square(z[column]).sum()
        np.testing.assert_allclose(joint[:, column], expected, rtol=1e-5)
