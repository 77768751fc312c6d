from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lstm_vae.data import idx
from lstm_vae.errors import UserError

IMAGES = arrays.arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(28), st.just(28)))


@given(IMAGES)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, images: np.ndarray) -> None:
    folder = tmp_path_factory.mktemp("idx")
    (folder / "a").write_bytes(idx.idx_bytes(images))
    (folder / "a.gz").write_bytes(gzip.compress(idx.idx_bytes(images)))
    assert np.array_equal(idx.read_idx(folder / "a", 3), images)
    assert np.array_equal(idx.read_idx(folder / "a.gz", 3), images)


@given(cut=st.integers(0, 16 + 2 * 784 - 1))
def test_any_truncation_is_refused_by_name(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    file = tmp_path_factory.mktemp("idx") / "images"
    file.write_bytes(idx.idx_bytes(np.zeros((2, 28, 28), np.uint8))[:cut])
    with pytest.raises(UserError, match="images: (truncated|wrong magic)"):
        idx.read_idx(file, 3)


def test_labels_under_an_images_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(idx.idx_bytes(np.zeros(4, np.uint8)))
    with pytest.raises(UserError, match="wrong magic number 00000801, must be 00000803"):
        idx.read_idx(tmp_path / "x", 3)


def test_too_long_and_corrupted_files_are_refused(tmp_path: Path) -> None:
    content = idx.idx_bytes(np.arange(100, dtype=np.uint8))
    (tmp_path / "long").write_bytes(content + b"x")
    with pytest.raises(UserError, match="too long"):
        idx.read_idx(tmp_path / "long", 1)
    packed = bytearray(gzip.compress(content))
    packed[-6] ^= 1
    (tmp_path / "bad.gz").write_bytes(packed)
    with pytest.raises(UserError, match=r"bad\.gz: corrupted"):
        idx.read_idx(tmp_path / "bad.gz", 1)
    (tmp_path / "none.gz").write_bytes(b"not gzip at all")
    with pytest.raises(UserError, match=r"none\.gz: corrupted"):
        idx.read_idx(tmp_path / "none.gz", 1)


def test_npz_of_the_wrong_form_is_refused(tmp_path: Path) -> None:
    npz = tmp_path / "mnist.npz"
    np.savez(npz, x_train=np.zeros(3, np.uint8))
    with pytest.raises(UserError, match="array y_train is missing"):
        idx.read_folder(tmp_path, "mnist.npz")
    wrong: dict[str, Any] = {key: np.zeros(3) for key in idx.NPZ.values()}
    np.savez(npz, **wrong)
    with pytest.raises(UserError, match="holds float64, must be uint8"):
        idx.read_folder(tmp_path, "mnist.npz")
    npz.write_bytes(npz.read_bytes()[:100])
    with pytest.raises(UserError, match="corrupted or truncated npz"):
        idx.read_folder(tmp_path, "mnist.npz")


def test_real_mnist_has_the_published_checksums(mnist_folder: Path) -> None:
    raw = idx.read_folder(mnist_folder, "mnist.npz")
    assert raw.train_images.shape == (60_000, 28, 28)
    assert raw.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert idx.idx_sha256(raw.train_images).startswith("ba891046e6505d7a")
