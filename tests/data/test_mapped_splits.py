from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lstm_vae.data import Split, Splits, mapped_splits

IDENTITY = {"format": 1, "files": [["a", 1, 2, 3]]}


def made_up() -> Splits:
    generator = np.random.default_rng(0)
    parts = (
        Split(
            generator.integers(0, 256, (count, 28, 28), np.uint8), generator.integers(0, 10, count, np.uint8)
        )
        for count in (30, 10, 12)
    )
    return Splits("mnist", *parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mapped_splits.save_splits(tmp_path / "root" / "one", made_up(), IDENTITY)
    return tmp_path / "root" / "one"


def test_what_is_opened_is_what_was_saved_and_cannot_be_written_to(folder: Path) -> None:
    before, after = made_up(), mapped_splits.open_splits(folder, "mnist", IDENTITY)
    for part in mapped_splits.PARTS:
        assert np.array_equal(getattr(after, part).images, getattr(before, part).images)
        assert np.array_equal(getattr(after, part).labels, getattr(before, part).labels)
    assert after.fingerprint == before.fingerprint
    assert not after.train.images.flags.writeable
    assert isinstance(after.train.images.base, np.memmap)


def test_only_whole_folders_are_left(folder: Path) -> None:
    mapped_splits.save_splits(folder, made_up(), IDENTITY)
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


@pytest.mark.parametrize("name", ["train_images.npy", "test_labels.npy", "account.json"])
def test_any_cut_is_found(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for size in {0, 1, 10, 60, 127, 128, 129, len(content) - 2} & set(range(len(content) - 1)):
        (folder / name).write_bytes(content[:size])
        with pytest.raises(ValueError):
            mapped_splits.open_splits(folder, "mnist", IDENTITY)


@pytest.mark.parametrize("name", ["train_images.npy", "validation_labels.npy", "account.json"])
def test_any_changed_bit_is_found(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    right = made_up()
    for place in range(min(len(content), 140)):
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        (folder / name).write_bytes(changed)
        try:
            opened = mapped_splits.open_splits(folder, "mnist", IDENTITY)
        except ValueError:
            continue
        assert name != "account.json"
        assert place < 128  # the header's white space
        assert opened.fingerprint == right.fingerprint
        assert np.array_equal(opened.train.images, right.train.images)


def test_a_missing_file_and_others_splits_are_told_apart(folder: Path) -> None:
    with pytest.raises(ValueError, match="tells of others"):
        mapped_splits.open_splits(folder, "mnist", {**IDENTITY, "format": 2})
    (folder / "test_images.npy").unlink()
    with pytest.raises(FileNotFoundError):
        mapped_splits.open_splits(folder, "mnist", IDENTITY)


def test_the_oldest_go(tmp_path: Path) -> None:
    for number in range(mapped_splits.KEPT + 3):
        mapped_splits.save_splits(tmp_path / str(number), made_up(), IDENTITY)
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == mapped_splits.KEPT
    assert str(mapped_splits.KEPT + 2) in left
