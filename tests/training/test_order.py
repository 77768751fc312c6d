from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.training.order import epoch_order


@given(seed=st.integers(0, 2**40), epoch=st.integers(1, 1000), count=st.integers(1, 500))
def test_every_epoch_is_a_permutation_known_by_seed_and_epoch(seed: int, epoch: int, count: int) -> None:
    order = epoch_order(seed, epoch, count)
    assert sorted(order) == list(range(count))
    assert np.array_equal(order, epoch_order(seed, epoch, count))


def test_epochs_and_seeds_differ() -> None:
    orders = [epoch_order(seed, epoch, 100).tolist() for seed in range(3) for epoch in range(1, 4)]
    assert len({tuple(order) for order in orders}) == 9
