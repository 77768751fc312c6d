"""Whether latents tell classes apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstm_vae.generation.manifold import ROWS_AT_ONCE, squared_distances

NEIGHBOURS = 5


def neighbour_accuracy(
    known: NDArray[np.floating],
    known_labels: NDArray[np.integer],
    asked: NDArray[np.floating],
    labels: NDArray[np.integer],
    k: int = NEIGHBOURS,
) -> float:
    """The share of points whose class is the most frequent one of their k nearest known points; of several as
    frequent ones the lowest (Cover & Hart 1967).

    Args:
        known: [N, L], N >= k.
        known_labels: [N].
        asked: [M, L].
        labels: [M].
        k: neighbours.
    """
    hits = 0
    n_classes = int(max(known_labels.max(), labels.max())) + 1
    points = known.astype(np.float64)
    for start in range(0, len(asked), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        squares = squared_distances(asked[part].astype(np.float64), points)
        nearest = known_labels[np.argpartition(squares, k - 1, axis=1)[:, :k]]
        votes = (nearest[:, :, np.newaxis] == np.arange(n_classes)).sum(axis=1)
        hits += int((votes.argmax(axis=1) == labels[part]).sum())
    return hits / len(asked)
