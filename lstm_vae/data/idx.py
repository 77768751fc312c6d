"""Reading MNIST-like files: IDX (gzipped or not) and Keras's `.npz`. Refuses what is not whole.

The IDX format (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"): two zero bytes,
a type code (0x08 for unsigned bytes), the number of dimensions, each dimension as a big-endian 32-bit whole
number, then the values.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_vae.errors import UserError

FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
NPZ = {"train_images": "x_train", "train_labels": "y_train", "test_images": "x_test", "test_labels": "y_test"}
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
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except EOFError:
        raise UserError(f"{path}: truncated gzip file") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path}: corrupted gzip file ({error})") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    size = 4 + 4 * dims
    magic = bytes((0, 0, 8, dims))
    if content[:4] != magic:
        raise UserError(f"{path}: wrong magic number {content[:4].hex() or 'none'}, must be {magic.hex()}")
    if len(content) < size:
        raise UserError(f"{path}: truncated header")
    shape = struct.unpack(f">{dims}I", content[4:size])
    expected = size + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        word = "truncated" if len(content) < expected else "too long"
        raise UserError(f"{path}: {word}, {len(content)} bytes where its header says {expected}")
    return np.frombuffer(content, np.uint8, offset=size).reshape(shape)


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
    found = {}
    for part, name in FILES.items():
        path = next((p for p in (folder / f"{name}.gz", folder / name) if p.is_file()), None)
        if path is None:
            raise UserError(f"{folder / name}[.gz]: missing")
        found[part] = path
    return found


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
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            for part, key in NPZ.items():
                if key not in archive.files:
                    raise UserError(f"{path}: array {key} is missing")
                arrays[part] = archive[key]
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path}: corrupted or truncated npz file ({str(error).splitlines()[0]})") from None
    for part, array in arrays.items():
        if array.dtype != np.uint8:
            raise UserError(f"{path}: array {NPZ[part]} holds {array.dtype}, must be uint8")
    return arrays


def _check(part: str, array: NDArray[np.uint8], name: str) -> None:
    expected = (COUNTS[part], 28, 28) if part.endswith("images") else (COUNTS[part],)
    if array.shape != expected:
        shape, wanted = ("x".join(map(str, s)) for s in (array.shape, expected))
        raise UserError(f"{name}: holds {shape} values, must be {wanted}")
    if part.endswith("labels") and array.max() > 9:
        raise UserError(f"{name}: holds label {array.max()}, must be 0 to 9")
