"""The means begin as principal components of the features: spread, centred, uncorrelated."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import load_splits
from lstm_vae.model import LSTMEncoder, spread_means
from lstm_vae.model.initialization import WEAKEST


@pytest.fixture(scope="module")
def digits() -> NDArray[np.uint8]:
    return load_splits(DataConfig(name="mnist_5k")).train.images


def encoder(**settings: Any) -> LSTMEncoder:
    keras.utils.set_random_seed(0)
    own = LSTMEncoder(**settings)
    own.build((None, 28, 28))
    return own


def means_of(own: LSTMEncoder, digits: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(own(digits.astype(np.float32) / 255).z_mean, np.float64)


@pytest.mark.parametrize("settings", [{}, {"hidden": [24, 12], "fc": [16, 8]}, {"fc": []}], ids=str)
@pytest.mark.parametrize("std", [1.0, 0.3])
def test_means_are_spread_centred_and_uncorrelated(
    digits: NDArray[np.uint8], settings: dict[str, Any], std: float
) -> None:
    own = encoder(**settings)
    assert means_of(own, digits).std(axis=0).max() < 0.1  # as Keras draws them
    spread_means(own, digits, std)
    means = means_of(own, digits)
    np.testing.assert_allclose(means.std(axis=0), std, rtol=0.1)
    np.testing.assert_allclose(means.mean(axis=0), 0, atol=0.15 * std)
    assert abs(np.mean(means[:, 0] * means[:, 1])) < 0.1 * std**2


def test_log_variances_and_layers_before_stay(digits: NDArray[np.uint8]) -> None:
    own = encoder()
    kept = {v.path: v.numpy().copy() for v in own.variables if "z_mean" not in v.path}
    spread_means(own, digits, 1.0)
    assert len(kept) == len(own.variables) - 2
    for variable in own.variables:
        if variable.path in kept:
            np.testing.assert_array_equal(variable.numpy(), kept[variable.path])


def test_the_order_of_labels_does_not_matter(digits: NDArray[np.uint8]) -> None:
    """The packaged digits are sorted by label: the first 512 would be zeros and ones."""
    own = encoder()
    spread_means(own, digits, 1.0)
    shuffled = encoder()
    spread_means(shuffled, np.random.default_rng(0).permutation(digits), 1.0)
    one, other = means_of(own, digits), means_of(shuffled, digits)
    for k in range(2):  # a component has no sign
        assert abs(np.mean(one[:, k] * other[:, k])) > 0.9


def test_weak_components_are_not_amplified_without_limit(digits: NDArray[np.uint8]) -> None:
    own = encoder(hidden=[32], fc=[12], latent_dim=20)
    drawn = own.mean_head.kernel.numpy().copy()
    spread_means(own, digits, 1.0)
    kernel = own.mean_head.kernel.numpy()
    norms = np.linalg.norm(kernel[:, :12], axis=0)
    assert (norms <= norms[0] / WEAKEST * 1.001).all()
    np.testing.assert_array_equal(kernel[:, 12:], drawn[:, 12:])  # there are no more components
    assert np.isfinite(means_of(own, digits)).all()


def test_features_that_do_not_vary_leave_the_head_alone() -> None:
    own = encoder()
    drawn = own.mean_head.kernel.numpy().copy()
    spread_means(own, np.full((40, 28, 28), 7, np.uint8), 1.0)
    np.testing.assert_array_equal(own.mean_head.kernel.numpy(), drawn)


def test_fewer_images_than_are_looked_at_will_do(digits: NDArray[np.uint8]) -> None:
    own = encoder()
    spread_means(own, digits[::1000], 1.0)
    np.testing.assert_allclose(means_of(own, digits[::1000]).std(axis=0), 1.0, rtol=1e-3)


def test_an_encoder_with_a_call_of_its_own_is_left_alone(digits: NDArray[np.uint8]) -> None:
    class Upwards(LSTMEncoder):
        def call(self, images: Any, training: bool = False) -> Any:
            return super().call(images[:, ::-1], training)

    class UpwardsToo(LSTMEncoder):
        def features(self, images: Any, training: bool = False) -> Any:
            return super().features(images[:, ::-1], training)

    for kind, changes in ((Upwards, False), (UpwardsToo, True)):
        own = kind()
        own.build((None, 28, 28))
        drawn = own.mean_head.kernel.numpy().copy()
        spread_means(own, digits, 1.0)
        assert np.array_equal(own.mean_head.kernel.numpy(), drawn) != changes
        if changes:
            np.testing.assert_allclose(means_of(own, digits).std(axis=0), 1, rtol=0.1)
