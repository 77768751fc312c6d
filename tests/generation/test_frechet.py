"""The Fréchet distance, against SciPy's matrix root and against what is known of normal distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from lstm_vae.generation.frechet import frechet_distance, sampling_error

RNG = np.random.default_rng(0)


def by_scipy(one: np.ndarray, other: np.ndarray) -> float:
    """As the published scripts compute it."""
    c1, c2 = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    difference = one.mean(axis=0) - other.mean(axis=0)
    return float(difference @ difference + np.trace(c1 + c2 - 2 * np.real(sqrtm(c1 @ c2))))


def test_it_is_what_scipy_gives() -> None:
    one = RNG.normal(size=(300, 8)) @ RNG.normal(size=(8, 8))
    other = RNG.normal(size=(200, 8)) @ RNG.normal(size=(8, 8)) + 1
    assert frechet_distance(one, other) == pytest.approx(by_scipy(one, other), rel=1e-6)


def test_it_is_zero_of_a_set_and_itself_the_same_both_ways_and_grows_with_a_shift() -> None:
    one, other = RNG.normal(size=(100, 4)), RNG.normal(size=(100, 4))
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(one, other) == pytest.approx(frechet_distance(other, one))
    assert frechet_distance(one, one + 3) == pytest.approx(4 * 9)


def test_features_that_never_vary_do_no_harm() -> None:
    one, other = RNG.normal(size=(50, 6)), RNG.normal(size=(50, 6))
    one[:, 2] = other[:, 2] = 0
    assert np.isfinite(frechet_distance(one, other))


def test_its_error_is_that_of_other_samples() -> None:
    """The standard deviation over fresh samples, within a factor of two."""
    distances, errors = [], []
    for _ in range(40):
        one, other = RNG.normal(size=(400, 3)), RNG.normal(1, 1, size=(400, 3))
        distances.append(frechet_distance(one, other))
        errors.append(sampling_error(one, other))
    assert 0.5 < np.mean(errors) / np.std(distances) < 2
