from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.model import VAE, Posterior, build_vae, reparameterize
from lstm_vae.model.vae import GENERATOR, unit_interval


@pytest.fixture
def vae(small: RunConfig) -> VAE:
    return build_vae(small)


def test_outputs_have_names_and_shapes(vae: VAE, digits: Splits) -> None:
    outputs = vae(digits.train.images[:3])
    assert outputs._fields == ("z_mean", "z_log_var", "z", "logits")
    assert outputs.z_mean.shape == outputs.z_log_var.shape == outputs.z.shape == (3, 2)
    assert outputs.logits.shape == (3, 28, 28)


def test_reparameterize_is_mean_plus_deviation_times_noise() -> None:
    posterior = Posterior(tf.constant([[1.0, 2.0]]), tf.constant([[0.0, np.log(9.0)]]))
    np.testing.assert_allclose(
        reparameterize(posterior, tf.constant([[2.0, -1.0]])), [[3.0, -1.0]], rtol=1e-6
    )


def test_bytes_become_the_unit_interval() -> None:
    np.testing.assert_allclose(unit_interval(np.array([0, 51, 255], np.uint8)), [0, 0.2, 1])
    assert unit_interval(np.array([0.5], np.float32)).numpy() == [0.5]


def test_a_step_is_a_function_of_seed_and_step_number(small: RunConfig, digits: Splits) -> None:
    def trained(seed: int) -> list[np.ndarray]:
        vae = build_vae(small)
        vae.compile(keras.optimizers.SGD(1e-4), seed=seed)
        for _ in range(2):
            vae.step(digits.train.images[:16])
        return vae.get_weights()

    one, same, other = trained(1), trained(1), trained(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_gradient_is_that_of_the_elbo(vae: VAE, digits: Splits) -> None:
    """A step of plain gradient descent moves the weights by the numerical derivative of the loss."""
    images = digits.train.images[:8]
    vae.compile(keras.optimizers.SGD(1.0), seed=3)
    head = vae.encoder.mean_head.bias
    noise = tf.random.stateless_normal((8, 2), (3, 0), alg=GENERATOR)

    def loss(shift: float) -> float:
        head.assign(head + np.array([shift, 0], np.float32))
        terms = vae.terms(unit_interval(images), noise)
        head.assign(head - np.array([shift, 0], np.float32))
        return float(tf.reduce_mean(terms.bce) + tf.reduce_mean(tf.reduce_sum(terms.kl, axis=1)))

    numerical = (loss(0.05) - loss(-0.05)) / 0.1
    before = head.numpy()
    expected = loss(0.0)
    reported, _ = vae.step(images)
    assert float(reported) == pytest.approx(expected, rel=1e-5)
    assert before[0] - head.numpy()[0] == pytest.approx(numerical, rel=0.02, abs=0.02)


def test_kl_weight_rises_to_beta(vae: VAE) -> None:
    vae.compile("sgd", beta=4.0, kl_warmup_steps=8)
    assert [float(vae.kl_weight(step)) for step in (0, 3, 7, 100)] == [0.5, 2.0, 4.0, 4.0]


@pytest.mark.long
def test_keras_fit_and_evaluate_work_and_learn(vae: VAE, digits: Splits) -> None:
    vae.compile(keras.optimizers.Adam(0.01))
    history = vae.fit(digits.train.images, batch_size=8, epochs=3, verbose=0).history
    assert set(history) == {"loss", "bce", "kl"}
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    scores = vae.evaluate(digits.test.images, batch_size=100, verbose=0, return_dict=True)
    assert scores["loss"] == pytest.approx(scores["bce"] + scores["kl"], rel=1e-5)


def test_dynamic_binarization_samples_in_the_step(vae: VAE, digits: Splits) -> None:
    vae.compile(keras.optimizers.SGD(0.0), seed=1, binarize=True)
    first, second = (vae.step(digits.train.images[:8])[1].bce.numpy() for _ in range(2))
    assert not np.array_equal(first, second)


def test_saved_and_loaded_is_the_same_function(vae: VAE, digits: Splits, tmp_path: Path) -> None:
    vae.compile("adam")
    vae.step(digits.train.images[:8])
    vae.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    noise = tf.zeros((4, 2))
    for one, other in zip(
        vae(digits.test.images[:4], noise=noise), loaded(digits.test.images[:4], noise=noise), strict=True
    ):
        np.testing.assert_array_equal(one, other)
