"""The Fréchet distance between two sets of features, each taken for a sample of a normal distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 20


def frechet_distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), with means m and covariances C (Dowson & Landau 1982; of
    features of a classifier: Heusel et al. 2017, "GANs trained by a two time-scale update rule").

    It falls with the number of samples, even of one distribution: compare sets of the same size.

    Args:
        one: [N, D], N > 1.
        other: [M, D], M > 1.
    """
    means = [own.mean(axis=0) for own in (one, other)]
    covariances = [np.atleast_2d(np.cov(own, rowvar=False)) for own in (one, other)]
    root = _root(covariances[0])
    # The eigenvalues of C1 C2 are those of the symmetric C1^(1/2) C2 C1^(1/2).
    eigenvalues = np.linalg.eigvalsh(root @ covariances[1] @ root)
    traces = sum(float(np.trace(own)) for own in covariances)
    distance = (
        float(((means[0] - means[1]) ** 2).sum()) + traces - 2 * float(np.sqrt(eigenvalues.clip(0)).sum())
    )
    return max(0.0, distance)


def sampling_error(one: NDArray[np.float64], other: NDArray[np.float64], seed: int = 0) -> float:
    """The standard error of `frechet_distance` for the samples of both: its standard deviation over halves of
    each, drawn at random (the delete-d jackknife of Shao & Wu 1989 with d = n / 2)."""
    rng = np.random.default_rng([0xF2E, seed])
    distances = [
        frechet_distance(*(own[rng.permutation(len(own))[: len(own) // 2]] for own in (one, other)))
        for _ in range(RESAMPLES)
    ]
    return float(np.std(distances, ddof=1))


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric root of a matrix that is symmetric and not negative."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(values.clip(0))) @ vectors.T)
