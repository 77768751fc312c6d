"""Reading MNIST-like files: IDX (gzipped or not) and Keras's `.npz`. Refuses what is not whole.

The IDX format (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"): two zero bytes,
a type code (0x08 for unsigned bytes), the number of dimensions, each dimension as a big-endian 32-bit whole
number, then the values.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from lstm_vae.atomic import opened
from lstm_vae.errors import UserError
from lstm_vae.npz import opened_npz

FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
NPZ = {"train_images": "x_train", "train_labels": "y_train", "test_images": "x_test", "test_labels": "y_test"}
MOST = 2**26  # bytes of a file, packed or not; the largest published one has 47 million
COUNTS = {"train_images": 60_000, "train_labels": 60_000, "test_images": 10_000, "test_labels": 10_000}


@dataclass(frozen=True)
class RawImages:
    """A data set as published.

    Attributes:
        train_images: uint8 [60000, 28, 28], rows by columns, 0 background to 255 ink.
        train_labels: uint8 [60000], 0 to 9.
        test_images: uint8 [10000, 28, 28].
        test_labels: uint8 [10000].
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """The array as an IDX file's content."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + np.ascontiguousarray(array).tobytes()


def idx_sha256(array: NDArray[np.uint8]) -> str:
    """SHA-256 of the array's uncompressed IDX file: the same for IDX, gzip and npz copies."""
    return hashlib.sha256(idx_bytes(array)).hexdigest()


def read_idx(path: Path, dims: int) -> NDArray[np.uint8]:
    """Reads an IDX file of unsigned bytes, gzipped if its name ends in `.gz`.

    Raises:
        UserError: the file cannot be read, is truncated, of another kind or too long.
    """
    try:
        with _unpacked(path) as file:
            content = file.read(MOST + 1)  # however much it grows to
    except EOFError:
        raise UserError(f"{path}: truncated gzip file") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path}: corrupted gzip file ({error})") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    if len(content) > MOST:
        raise UserError(f"{path}: too long, more than {MOST / 2**20:.0f} MiB")
    size = 4 + 4 * dims
    magic = bytes((0, 0, 8, dims))
    if content[:4] != magic:
        raise UserError(f"{path}: wrong magic number {content[:4].hex() or 'none'}, must be {magic.hex()}")
    if len(content) < size:
        raise UserError(f"{path}: truncated header")
    shape = struct.unpack(f">{dims}I", content[4:size])
    expected_size = size + math.prod(shape)
    if len(content) != expected_size:
        word = "truncated" if len(content) < expected_size else "too long"
        raise UserError(f"{path}: {word}, {len(content)} bytes where its header says {expected_size}")
    return np.frombuffer(content, np.uint8, offset=size).reshape(shape)


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    with opened(path, MOST) as file:
        if path.suffix != ".gz":
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked_file:
            yield unpacked_file  # type: ignore[misc]


def find_folder(folder: Path, npz_name: str) -> bool:
    """Whether a folder holds the npz file or any of the IDX files."""
    names = [npz_name, *FILES.values(), *(f"{name}.gz" for name in FILES.values())]
    return any((folder / name).is_file() for name in names)


def files_of(folder: Path, npz_name: str) -> dict[str, Path]:
    """The files that `read_folder` reads, by the part that each holds: four IDX files, or four times the npz.

    Raises:
        UserError: a file is missing.
    """
    npz = folder / npz_name
    if npz.is_file():
        return dict.fromkeys(FILES, npz)
    paths = {}
    for part, name in FILES.items():
        path = next((p for p in (folder / f"{name}.gz", folder / name) if p.is_file()), None)
        if path is None:
            raise UserError(f"{folder / name}[.gz]: missing")
        paths[part] = path
    return paths


def read_folder(folder: Path, npz_name: str) -> RawImages:
    """Reads the four IDX files of a folder, or its `.npz`.

    Raises:
        UserError: a file is missing, unreadable, or not what its name says.
    """
    files = files_of(folder, npz_name)
    npz = folder / npz_name
    if npz in files.values():
        arrays, names = _read_npz(npz), {part: f"{npz} ({key})" for part, key in NPZ.items()}
    else:
        names = {part: str(path) for part, path in files.items()}
        arrays = {
            part: read_idx(path, dims=3 if part.endswith("images") else 1) for part, path in files.items()
        }
    for part, array in arrays.items():
        _check(part, array, names[part])
    return RawImages(**arrays)


def _read_npz(path: Path) -> dict[str, NDArray[np.uint8]]:
    arrays = {}
    try:
        with opened_npz(path) as archive:
            for key in NPZ.values():
                if key not in archive.names:
                    raise UserError(f"{path}: array {key} is missing")
            for part, key in NPZ.items():
                header = archive.header(key)
                if header.dtype != np.uint8:
                    raise UserError(f"{path}: array {key} holds {header.dtype}, must be uint8")
                _check_shape(part, header.shape, f"{path} ({key})")
                arrays[part] = archive.array(key, header.shape, np.uint8)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UserError(f"{path}: corrupted or truncated npz file ({error})") from None
    return arrays


def _check(part: str, array: NDArray[np.uint8], name: str) -> None:
    _check_shape(part, array.shape, name)
    if part.endswith("labels") and array.max() > 9:
        raise UserError(f"{name}: holds label {array.max()}, must be 0 to 9")


def _check_shape(part: str, shape: tuple[int, ...], name: str) -> None:
    expected_shape = (COUNTS[part], 28, 28) if part.endswith("images") else (COUNTS[part],)
    if shape != expected_shape:
        sizes, expected_sizes = ("x".join(map(str, sides)) for sides in (shape, expected_shape))
        raise UserError(f"{name}: holds {sizes} values, must be {expected_sizes}")
