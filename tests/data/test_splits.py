from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import Split, load_splits
from lstm_vae.data.splits import binarized, stratified_split
from lstm_vae.errors import UserError


@given(
    labels=st.lists(st.integers(0, 9), min_size=20, max_size=200),
    part=st.floats(0.1, 0.9),
    seed=st.integers(0, 1000),
)
def test_a_split_is_a_partition_in_proportion(labels: list[int], part: float, seed: int) -> None:
    count = len(labels)
    images = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None], (count, 2, 2))
    held_out = int(part * count)
    rest, held = stratified_split(Split(images, np.array(labels, np.uint8)), held_out, seed)
    assert len(held) == held_out
    assert sorted([*rest.images[:, 0, 0], *held.images[:, 0, 0]]) == list(range(count))
    for label in set(labels):
        exact = labels.count(label) * held_out / count
        assert abs((held.labels == label).sum() - exact) < 1


def test_mnist_gives_55000_5000_10000_and_keeps_the_official_test_set(mnist_folder: Path) -> None:
    splits = load_splits(DataConfig(dir=str(mnist_folder)))
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (55_000, 5_000, 10_000)
    assert splits.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    other = load_splits(DataConfig(dir=str(mnist_folder), split_seed=1))
    assert np.array_equal(other.test.images, splits.test.images)
    assert not np.array_equal(other.validation.images, splits.validation.images)
    assert splits.fingerprint == "bf47506c66f8c9f3"


def test_the_packaged_digits_give_4000_500_500() -> None:
    splits = load_splits(DataConfig(name="mnist_5k"))
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (4_000, 500, 500)
    for split in (splits.validation, splits.test):
        assert np.bincount(split.labels).tolist() == [50] * 10
    other = load_splits(DataConfig(name="mnist_5k", split_seed=3))
    assert np.array_equal(other.test.images, splits.test.images)
    assert other.fingerprint != splits.fingerprint


def test_the_same_split_is_the_same_fingerprint() -> None:
    assert load_splits(DataConfig(name="mnist_5k")).fingerprint == "3a2aa69e981c365a"


@pytest.mark.parametrize("limit", [7, 1000, 2000, 3999])
def test_a_limit_keeps_every_label_in_proportion_and_the_first_of_each(limit: int) -> None:
    """The packaged digits are sorted by label: the first 2,000 would be 0 to 4."""
    whole, limited = (
        load_splits(DataConfig(name="mnist_5k")),
        load_splits(DataConfig(name="mnist_5k", limit=limit)),
    )
    counts = np.bincount(limited.train.labels, minlength=10)
    assert counts.sum() == limit
    assert counts.max() - counts.min() <= 1
    for label, count in enumerate(counts):
        of = [split.train.images[split.train.labels == label] for split in (whole, limited)]
        assert np.array_equal(of[1], of[0][:count])
    assert np.array_equal(limited.validation.images, whole.validation.images)
    assert limited.fingerprint != whole.fingerprint


@pytest.mark.parametrize(
    ("config", "batch_size", "message"),
    [
        (DataConfig(name="mnist_5k", limit=4001), 1, "data.limit=4001: must be at most 4000"),
        (DataConfig(name="mnist_5k", limit=10), 11, "training.batch_size=11: must be at most 10"),
        (DataConfig(name="mnist_5k", dir="x"), 1, "data.dir=x: must be null for data.name=mnist_5k"),
    ],
)
def test_what_cannot_be_had_is_refused(config: DataConfig, batch_size: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_splits(config, batch_size)


def test_binarization_keeps_black_and_white_and_the_mean_of_grey() -> None:
    grey = np.full((4, 28, 28), 64, np.uint8)
    grey[0], grey[1] = 0, 255
    sampled = binarized(Split(grey, np.zeros(4, np.uint8)), seed=0, stream=0).images
    assert set(np.unique(sampled)) == {0, 255}
    assert not sampled[0].any()
    assert (sampled[1] == 255).all()
    assert (sampled[2:] == 255).mean() == pytest.approx(64 / 255, abs=0.05)


def test_static_binarizes_all_splits_and_dynamic_leaves_training_to_each_step() -> None:
    static = load_splits(DataConfig(name="mnist_5k", binarize="static"))
    dynamic = load_splits(DataConfig(name="mnist_5k", binarize="dynamic"))
    assert set(np.unique(static.train.images)) == {0, 255}
    assert len(np.unique(dynamic.train.images)) > 100
    assert set(np.unique(dynamic.validation.images)) == {0, 255}
    assert np.array_equal(static.test.images, dynamic.test.images)
