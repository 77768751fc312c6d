"""The order of images: a function of seed and epoch, so that a resumed run needs no saved shuffle state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def epoch_order(seed: int, epoch: int, count: int) -> NDArray[np.int32]:
    """A permutation of 0 .. count - 1.

    Args:
        seed: `training.seed`.
        epoch: counted from 1.
        count: number of training images.
    """
    return np.random.default_rng([0x0DE2, seed, epoch]).permutation(count).astype(np.int32)
