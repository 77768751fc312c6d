"""Precision, recall, density and coverage, against scikit-learn and where they must lie."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from lstm_vae.generation import manifold as module
from lstm_vae.generation.manifold import manifold, squared_distances

RNG = np.random.default_rng(0)
DATA, ALIKE = RNG.normal(size=(600, 4)), RNG.normal(size=(500, 4))


def by_sklearn(data: np.ndarray, samples: np.ndarray, k: int) -> tuple[float, float, float, float]:
    """As Naeem et al. publish it, with distances by scikit-learn."""
    radii = [np.sort(pairwise_distances(own), axis=1)[:, k] for own in (data, samples)]
    between = pairwise_distances(data, samples)
    return (
        float((between < radii[0][:, None]).any(axis=0).mean()),
        float((between < radii[1][None]).any(axis=1).mean()),
        float((between < radii[0][:, None]).sum(axis=0).mean() / k),
        float((between.min(axis=1) < radii[0]).mean()),
    )


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_it_is_what_scikit_learn_gives(monkeypatch: pytest.MonkeyPatch, shift: float) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 128)
    found = manifold(DATA, ALIKE + shift, k=5)
    numbers = (found.precision, found.recall, found.density, found.coverage)
    assert numbers == pytest.approx(by_sklearn(DATA, ALIKE + shift, 5))


def test_samples_of_the_data_lie_where_they_must() -> None:
    found = manifold(DATA, ALIKE)
    assert found.precision > 0.9
    assert found.recall > 0.9
    assert found.density == pytest.approx(1, abs=0.15)
    assert found.coverage > 0.9


def test_samples_far_away_share_nothing_with_the_data() -> None:
    found = manifold(DATA, ALIKE + 100)
    assert (found.precision, found.recall, found.density, found.coverage) == (0, 0, 0, 0)


def test_samples_all_alike_are_precise_and_cover_little() -> None:
    found = manifold(DATA, ALIKE * 0.05)
    assert found.precision > 0.9
    assert found.recall < 0.05
    assert found.coverage < 0.3


def test_distances_are_never_negative() -> None:
    points = np.full((3, 2), 1e8) + RNG.normal(size=(3, 2)) * 1e-3
    assert (squared_distances(points, points) >= 0).all()
