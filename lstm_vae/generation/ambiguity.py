"""Which classes samples belong to, and between which they lie."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SECOND = 0.1  # probability of the second class, from which on a sample is ambiguous


@dataclass(frozen=True)
class ClassUse:
    """How samples spread over classes.

    Attributes:
        shares: of samples whose most probable class it is, float64 [classes].
        entropy: of the shares, in nats: log(classes) where all are alike, 0 where there is one.
        confidence: mean probability of the most probable class.
        ambiguous: share of samples whose second class has a probability of `SECOND` or more.
        by_pair: the same by the two classes, the lower first: shares of all samples, which add up to
            `ambiguous`.
    """

    shares: NDArray[np.float64]
    entropy: float
    confidence: float
    ambiguous: float
    by_pair: dict[tuple[int, int], float]


def class_use(probabilities: NDArray[np.float64]) -> ClassUse:
    """Counts.

    Args:
        probabilities: [N, classes] of N samples, N > 0.
    """
    count, n_classes = probabilities.shape
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    first, second = (probabilities[np.arange(count), order[:, place]] for place in (0, 1))
    shares = np.bincount(order[:, 0], minlength=n_classes) / count
    used = shares[shares > 0]
    is_ambiguous = second >= SECOND
    pairs = {tuple(pair): 0 for pair in itertools.combinations(range(n_classes), 2)}
    for pair in map(tuple, np.sort(order[is_ambiguous], axis=1).tolist()):
        pairs[pair] += 1
    return ClassUse(
        shares=shares,
        entropy=float(max(0.0, -(used * np.log(used)).sum())),
        confidence=float(first.mean()),
        ambiguous=float(is_ambiguous.mean()),
        by_pair={(pair[0], pair[1]): number / count for pair, number in pairs.items()},
    )
