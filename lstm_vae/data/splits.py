"""From a data set to training, validation and test images: stratified, reproducible, with a fingerprint."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lstm_vae.config.sections import DataConfig
from lstm_vae.data.sources import load_packaged_digits, load_published
from lstm_vae.errors import UserError

Bytes = NDArray[np.uint8]
Unseen = Literal["validation", "test"]

FEWEST_SAMPLES = 50  # fewer tell nothing of the spread of a set


@dataclass(frozen=True)
class Split:
    """Some images and their labels.

    Attributes:
        images: uint8 [N, T=28, F=28]; a pixel's Bernoulli mean is its value / 255.
        labels: uint8 [N], 0 to 9; used in figures only.
    """

    images: Bytes
    labels: Bytes

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices: NDArray[np.integer]) -> Split:
        return Split(self.images[indices], self.labels[indices])


@dataclass(frozen=True)
class Splits:
    """A data set, split.

    Attributes:
        name: of the data set.
        fingerprint: first 16 hexadecimal digits of the SHA-256 of all images and labels in their splits:
            equal fingerprints mean the same images in the same splits.
    """

    name: str
    train: Split
    validation: Split
    test: Split

    def unseen(self, which: Unseen) -> Split:
        """Images that no model is trained on."""
        return self.test if which == "test" else self.validation

    @functools.cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for split in (self.train, self.validation, self.test):
            digest.update(len(split).to_bytes(8, "big"))
            digest.update(np.ascontiguousarray(split.images).data)
            digest.update(np.ascontiguousarray(split.labels).data)
        return digest.hexdigest()[:16]


def load_splits(config: DataConfig, batch_size: int = 1) -> Splits:
    """Loads, splits, limits and (where asked) binarizes the images.

    The published sets give 55,000 / 5,000 / 10,000 images, their test set staying the test set; `mnist_5k`
    4,000 / 500 / 500, its test images being each digit's last 50. Validation images are drawn per label by
    `data.split_seed`.

    Args:
        config: which data and how.
        batch_size: the training set must hold at least so many images.

    Raises:
        UserError: the data set cannot be had, a file of it is not what it should be, or `data.limit` or the
            batch size is larger than the training set.
    """
    require_unnamed(config)
    if config.name == "mnist_5k":
        digits = Split(*load_packaged_digits())
        rest, test = hold_out_last(digits, per_label=50)
        held_out = 500
    else:
        raw = load_published(config)
        rest = Split(raw.train_images, raw.train_labels)
        test = Split(raw.test_images, raw.test_labels)
        held_out = 5_000
    train, validation = stratified_split(rest, held_out, config.split_seed)
    if config.limit is not None:
        if config.limit > len(train):
            raise UserError(f"data.limit={config.limit}: must be at most {len(train)}, the training images")
        train = limited(train, config.limit)
    require_batch(len(train), batch_size)
    if config.binarize != "none":
        # With dynamic binarization the training images are sampled at every step instead; what is
        # evaluated must stay the same from epoch to epoch in both cases.
        if config.binarize == "static":
            train = binarized(train, config.split_seed, stream=0)
        validation = binarized(validation, config.split_seed, stream=1)
        test = binarized(test, config.split_seed, stream=2)
    return Splits(config.name, train, validation, test)


def require_unnamed(config: DataConfig) -> None:
    """Raises `UserError` where a folder is named for packaged images."""
    if config.name == "mnist_5k" and config.dir is not None:
        raise UserError(f"data.dir={config.dir}: must be null for data.name=mnist_5k, which is packaged")


def require_batch(count: int, batch_size: int) -> None:
    """Raises `UserError` where `count` training images do not fill a batch."""
    if batch_size > count:
        raise UserError(
            f"training.batch_size={batch_size}: must be at most {count}, the number of training images"
        )


def require_samples(count: int, test_images: int, field: str) -> None:
    """Raises `UserError` where so many generated images cannot be set beside as many test images.

    Args:
        count: 0 for none.
        field: that says so.
    """
    if count and not FEWEST_SAMPLES <= count <= test_images:
        raise UserError(
            f"{field}={count}: must be 0, or {FEWEST_SAMPLES} to {test_images}, the number of test images"
        )


def stratified_split(data: Split, held_out: int, seed: int) -> tuple[Split, Split]:
    """Splits off `held_out` images, each label in proportion (largest remainders first), in file order.

    Returns:
        The remaining images and the held-out ones.
    """
    generator = np.random.default_rng([0x5B117, seed])
    indices_by_label = [
        generator.permutation(np.flatnonzero(data.labels == label))[:n]
        for label, n in _quotas(data, held_out).items()
    ]
    mask = np.zeros(len(data), bool)
    mask[np.concatenate(indices_by_label)] = True
    return data.take(np.flatnonzero(~mask)), data.take(np.flatnonzero(mask))


def limited(data: Split, count: int) -> Split:
    """Only so many images: the first of each label, each label in proportion, in file order. A file may be
    sorted by label."""
    first = [np.flatnonzero(data.labels == label)[:n] for label, n in _quotas(data, count).items()]
    return data.take(np.sort(np.concatenate(first)))


def _quotas(data: Split, count: int) -> dict[int, int]:
    """How many of `count` images each label gets, in proportion, largest remainders first."""
    labels, counts = np.unique(data.labels, return_counts=True)
    exact = counts * count / len(data)
    quota = np.floor(exact).astype(int)
    quota[np.argsort(quota - exact, kind="stable")[: count - quota.sum()]] += 1
    return dict(zip(labels.tolist(), quota.tolist(), strict=True))


def hold_out_last(data: Split, per_label: int) -> tuple[Split, Split]:
    """Splits off each label's last `per_label` images."""
    mask = np.zeros(len(data), bool)
    for label in np.unique(data.labels):
        mask[np.flatnonzero(data.labels == label)[-per_label:]] = True
    return data.take(np.flatnonzero(~mask)), data.take(np.flatnonzero(mask))


def binarized(data: Split, seed: int, stream: int) -> Split:
    """Each pixel sampled once: 255 with probability value / 255, else 0."""
    generator = np.random.default_rng([0xB1A17, seed, stream])
    images = np.empty_like(data.images)
    for start in range(0, len(data), 5_000):
        grey = data.images[start : start + 5_000]
        images[start : start + 5_000] = (generator.random(grey.shape, np.float32) * 255 < grey) * np.uint8(
            255
        )
    return Split(images, data.labels)
