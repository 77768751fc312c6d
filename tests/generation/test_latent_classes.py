"""Neighbours in latent space, against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from lstm_vae.generation.latent_classes import neighbour_accuracy

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("k", [1, 5])
def test_it_is_what_scikit_learn_gives(k: int) -> None:
    labels = RNG.integers(0, 3, 400)
    points = RNG.normal(size=(400, 2)) + labels[:, None]
    asked_labels = RNG.integers(0, 3, 1500)
    asked = RNG.normal(size=(1500, 2)) + asked_labels[:, None]
    expected = KNeighborsClassifier(k, algorithm="brute").fit(points, labels).score(asked, asked_labels)
    assert neighbour_accuracy(points, labels, asked, asked_labels, k) == pytest.approx(expected)


def test_labels_that_nobody_knows_are_never_found() -> None:
    points = RNG.normal(size=(20, 2)).astype(np.float32)
    assert neighbour_accuracy(points, np.zeros(20, int), points, np.full(20, 7)) == 0.0
