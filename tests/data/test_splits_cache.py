from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import Splits, cached_splits, load_splits, mapped_splits, splits_cache
from lstm_vae.data.sources import cache_folder
from lstm_vae.errors import UserError
from tests.conftest import SMALL, Command


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LSTM_VAE_DATA", raising=False)
    splits_cache._note.cache_clear()
    return cache_folder("prepared")


@pytest.fixture
def no_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, data sets cannot be read in the direct way."""

    def load(*_: object) -> Splits:
        raise AssertionError("read in the direct way")

    monkeypatch.setattr(splits_cache, "load_splits", load)


def same(one: Splits, other: Splits) -> bool:
    return (
        one.name == other.name
        and one.fingerprint == other.fingerprint
        and all(
            np.array_equal(getattr(one, part).images, getattr(other, part).images)
            and np.array_equal(getattr(one, part).labels, getattr(other, part).labels)
            for part in mapped_splits.PARTS
        )
    )


@pytest.mark.parametrize(
    "config",
    [
        DataConfig(name="mnist_5k"),
        DataConfig(name="mnist_5k", limit=100),
        DataConfig(name="mnist_5k", split_seed=3),
        DataConfig(name="mnist_5k", binarize="static"),
        DataConfig(name="mnist_5k", binarize="dynamic", limit=7),
    ],
    ids=str,
)
def test_prepared_splits_are_those_of_the_direct_way(config: DataConfig) -> None:
    direct = load_splits(config)
    for _ in ("made", "opened"):
        assert same(splits_cache.prepared_splits(config), direct)


def test_each_choice_has_its_own_and_none_is_taken_for_another() -> None:
    configs = [
        DataConfig(name="mnist_5k", **changes)
        for changes in ({}, {"limit": 50}, {"split_seed": 1}, {"binarize": "static"})
    ]
    for config in configs:
        splits_cache.prepared_splits(config)
    found = {splits_cache.prepared_splits(config).fingerprint for config in configs}
    assert len(found) == len(configs)
    assert found == {load_splits(config).fingerprint for config in configs}


def test_a_second_process_reads_no_data_set(
    no_loading: None, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = DataConfig(name="mnist_5k", limit=64)
    with monkeypatch.context() as loading:
        loading.setattr(splits_cache, "load_splits", load_splits)
        splits_cache.prepared_splits(config)
    assert isinstance(splits_cache.prepared_splits(config).train.images.base, np.memmap)


def test_the_whole_of_mnist_is_the_same_and_a_changed_file_is_refused(
    mnist_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(mnist_folder, folder)
    folder.chmod(0o755)
    config = DataConfig(dir=str(folder))
    direct = load_splits(config)
    assert same(splits_cache.prepared_splits(config), direct)
    assert same(splits_cache.prepared_splits(config), direct)
    labels = folder / "t10k-labels-idx1-ubyte.gz"
    state, content = labels.stat(), labels.read_bytes()
    labels.chmod(0o644)
    labels.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    os.utime(labels, ns=(state.st_atime_ns, state.st_mtime_ns))  # as `cp -p` would
    with pytest.raises(UserError, match="corrupted"):
        splits_cache.prepared_splits(config)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "account"])
def test_damaged_splits_are_made_anew_with_a_notice(
    damage: str, empty_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = DataConfig(name="mnist_5k", limit=100)
    direct = load_splits(config)
    splits_cache.prepared_splits(config)
    (folder,) = empty_cache.iterdir()
    images = folder / "train_images.npy"
    content = images.read_bytes()
    if damage == "cut":
        images.write_bytes(content[:-5])
    elif damage == "changed":
        images.write_bytes(content[:-400] + bytes([content[-400] ^ 1]) + content[-399:])
    elif damage == "gone":
        images.unlink()
    else:
        (folder / "account.json").write_text("[]", encoding="utf-8")
    assert same(splits_cache.prepared_splits(config), direct)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"note: {folder}: prepared images are")
    assert "made anew" in line
    assert same(splits_cache.prepared_splits(config), direct)
    assert capsys.readouterr().err == ""


def test_a_cache_that_cannot_be_written_costs_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    config = DataConfig(name="mnist_5k", limit=100)
    for _ in range(2):
        assert same(splits_cache.prepared_splits(config), load_splits(config))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("note: ")
    assert "Not a directory" in line


def test_what_cannot_be_had_is_refused_from_the_cache_as_well() -> None:
    config = DataConfig(name="mnist_5k", limit=100)
    splits_cache.prepared_splits(config)
    with pytest.raises(UserError, match="training.batch_size=101: must be at most 100"):
        splits_cache.prepared_splits(config, 101)
    with pytest.raises(UserError, match="data.dir=x: must be null"):
        splits_cache.prepared_splits(DataConfig(name="mnist_5k", dir="x"))
    with pytest.raises(UserError, match="data.limit=4001"):
        splits_cache.prepared_splits(DataConfig(name="mnist_5k", limit=4001))


def test_a_process_opens_them_once() -> None:
    cached_splits.cache_clear()
    config = DataConfig(name="mnist_5k", limit=10)
    assert cached_splits(config, 2) is cached_splits(config, 2)
    cached_splits.cache_clear()


@pytest.mark.slow
def test_a_run_says_so_in_one_line_and_goes_on(command: Command, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("")
    arguments = [*SMALL, "training.epochs=1", "figures.enabled=false", "hydra.run.dir=run"]
    result = command("lstm_vae.train", *arguments, XDG_CACHE_HOME=str(tmp_path / "blocked"))
    assert result.returncode == 0, result.stderr
    assert [line for line in result.stderr.splitlines() if line.startswith("note:")] != []
    assert result.stderr.count("prepared images") == 1
