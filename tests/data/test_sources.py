from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import idx, sources
from lstm_vae.errors import UserError


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LSTM_VAE_DATA", raising=False)
    return sources.cache_folder("mnist")


def made_up(folder: Path) -> Path:
    """Files of MNIST's form with other content."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    for part, name in idx.FILES.items():
        shape = (idx.COUNTS[part], 28, 28) if part.endswith("images") else (idx.COUNTS[part],)
        (folder / name).write_bytes(idx.idx_bytes(generator.integers(0, 10, shape, np.uint8)))
    return folder


def test_the_folder_named_in_the_configuration_comes_first(
    mnist_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_VAE_DATA", "nowhere")
    raw = sources.load_published(DataConfig(dir=str(mnist_folder)))
    assert len(raw.train_images) == 60_000


def test_the_environment_variable_comes_next_and_may_hold_a_subfolder(
    mnist_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "mnist").symlink_to(mnist_folder)
    monkeypatch.setenv("LSTM_VAE_DATA", str(tmp_path / "all"))
    assert len(sources.load_published(DataConfig()).test_images) == 10_000
    monkeypatch.setenv("LSTM_VAE_DATA", str(tmp_path))
    with pytest.raises(UserError, match="LSTM_VAE_DATA=.*holds none of"):
        sources.load_published(DataConfig())


def test_the_cache_is_read(mnist_folder: Path, empty_cache: Path) -> None:
    empty_cache.parent.mkdir(parents=True)
    empty_cache.symlink_to(mnist_folder)
    assert len(sources.load_published(DataConfig(download=False)).test_images) == 10_000


def test_npz_and_plain_idx_give_the_same_images(mnist_folder: Path, tmp_path: Path) -> None:
    raw = idx.read_folder(mnist_folder, "mnist.npz")
    np.savez(tmp_path / "mnist.npz", **{key: getattr(raw, part) for part, key in idx.NPZ.items()})
    from_npz = sources.load_published(DataConfig(dir=str(tmp_path)))
    assert np.array_equal(from_npz.train_images, raw.train_images)
    (tmp_path / "mnist.npz").unlink()
    for name in idx.FILES.values():
        (tmp_path / name).write_bytes(gzip.decompress((mnist_folder / f"{name}.gz").read_bytes()))
    assert np.array_equal(sources.load_published(DataConfig(dir=str(tmp_path))).test_images, raw.test_images)


def test_other_content_is_refused_unless_asked_for(tmp_path: Path) -> None:
    folder = made_up(tmp_path / "other")
    with pytest.raises(UserError, match="changed or corrupted, not MNIST's"):
        sources.load_published(DataConfig(dir=str(folder)))
    assert len(sources.load_published(DataConfig(dir=str(folder), verify=False)).train_images) == 60_000


def test_one_data_set_under_anothers_name_is_refused_by_its_own(mnist_folder: Path) -> None:
    with pytest.raises(UserError, match="is MNIST's, not Fashion-MNIST's"):
        sources.load_published(DataConfig(name="fashion_mnist", dir=str(mnist_folder)))


def test_a_missing_file_is_named(mnist_folder: Path, tmp_path: Path) -> None:
    shutil.copy(mnist_folder / "train-images-idx3-ubyte.gz", tmp_path)
    with pytest.raises(UserError, match=r"train-labels-idx1-ubyte\[.gz\]: missing"):
        sources.load_published(DataConfig(dir=str(tmp_path)))


def test_nowhere_to_be_had_says_what_was_tried(empty_cache: Path) -> None:
    with pytest.raises(UserError, match=r"(?s)data\.dir.*LSTM_VAE_DATA.*cache.*data=mnist_5k"):
        sources.load_published(DataConfig(download=False))


def test_the_packaged_digits_are_500_of_each() -> None:
    images, labels = sources.load_packaged_digits()
    assert images.shape == (5_000, 28, 28)
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [500] * 10


def test_the_packaged_digits_are_all_of_mnists_training_images(mnist_folder: Path) -> None:
    images, labels = sources.load_packaged_digits()
    raw = idx.read_folder(mnist_folder, "mnist.npz")
    known = {image.tobytes(): label for image, label in zip(raw.train_images, raw.train_labels, strict=True)}
    assert [known[image.tobytes()] for image in images] == labels.tolist()
