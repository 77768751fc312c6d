"""Precision, recall, density and coverage: do samples lie where data lie, and data where samples lie?

The data's manifold is the union of balls around each datum, as wide as it is far to its k-th neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Manifold:
    """Attributes:
    precision: share of samples within the data's manifold (Kynkäänniemi et al. 2019, "Improved precision and
        recall metric").
    recall: share of data within the samples' manifold (likewise).
    density: how many balls of data a sample lies in, over k: 1 on average for samples that are data (Naeem
        et al. 2020, "Reliable fidelity and diversity metrics").
    coverage: share of data in whose ball a sample lies (likewise).
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifold(data: NDArray[np.float64], samples: NDArray[np.float64], k: int = NEIGHBOURS) -> Manifold:
    """Compares features.

    Args:
        data: [N, D], N > k.
        samples: [M, D], M > k.
        k: neighbours.
    """
    data_radii, sample_radii = (_radii(own, k) for own in (data, samples))
    inside = np.zeros(len(samples))
    within = np.zeros(len(data), dtype=bool)
    covered = np.zeros(len(data), dtype=bool)
    for start in range(0, len(data), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        squares = squared_distances(data[part], samples)
        in_ball = squares < data_radii[part, np.newaxis]
        inside += in_ball.sum(axis=0)
        covered[part] = in_ball.any(axis=1)
        within[part] = (squares < sample_radii[np.newaxis]).any(axis=1)
    return Manifold(
        precision=float((inside > 0).mean()),
        recall=float(within.mean()),
        density=float(inside.mean() / k),
        coverage=float(covered.mean()),
    )


def _radii(points: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Squared distances of points to their k-th neighbours."""
    radii = np.empty(len(points))
    for start in range(0, len(points), ROWS_AT_ONCE):
        squares = squared_distances(points[start : start + ROWS_AT_ONCE], points)
        radii[start : start + ROWS_AT_ONCE] = np.partition(squares, k, axis=1)[:, k]  # itself is the first
    return radii


def squared_distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Between all pairs of points, [N, M]."""
    squares = (one**2).sum(axis=1)[:, np.newaxis] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(squares.clip(0))
