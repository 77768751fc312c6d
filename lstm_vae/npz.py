"""The arrays of an `.npz`, none of which is read before its header says that it is what it should be.

What NumPy reads, it first makes room for, as much as a header says; and a file that is no `.npz` may be a
pickle to it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from lstm_vae.atomic import opened

MOST = 64 * 2**30  # bytes of a file
MOST_TEXT = 2**16  # bytes of an array that is one text


class Header(NamedTuple):
    """What an array's header says of it."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: Any


class Archive:
    """An open `.npz`.

    Args:
        archive: the zip file that it is.

    Every method raises ValueError for an array that is missing or damaged.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = sorted(name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy"))

    def header(self, name: str) -> Header:
        """The shape and type of an array."""
        with self._member(name) as file:
            return _header(file)

    def array(self, name: str, shape: Sequence[int], dtype: Any) -> NDArray[Any]:
        """An array, which must have that shape and type.

        Raises:
            ValueError: it is another one, or damaged.
        """
        expected_dtype = np.dtype(dtype)
        with self._member(name) as file:
            header = _header(file)
            if header.shape != tuple(shape) or header.dtype != expected_dtype:
                raise ValueError(
                    f"array {name} holds {header.shape} {header.dtype}, must be {shape} {expected_dtype}"
                )
            return _values(name, file, header)

    def text(self, name: str) -> str:
        """A text that was saved as an array."""
        with self._member(name) as file:
            header = _header(file)
            if header.shape != () or header.dtype.kind != "U" or header.dtype.itemsize > MOST_TEXT:
                raise ValueError(f"array {name} holds no text")
            return str(_values(name, file, header))

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(f"{name}.npy") as file:
                yield file
        except KeyError:
            raise ValueError(f"no {name} in it") from None
        except (
            EOFError,
            OSError,
            RuntimeError,
            NotImplementedError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise ValueError(f"array {name}: {error or 'truncated'}") from None


@contextmanager
def opened_npz(path: Path) -> Iterator[Archive]:
    """Opens an `.npz` for reading.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is none.
    """
    with opened(path, MOST) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise ValueError(f"no npz file: {error}") from None
        with archive:
            yield Archive(archive)


def _header(file: IO[bytes]) -> Header:
    try:
        version = npy.read_magic(file)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        header = Header(*read(file))
    except (OSError, zlib.error, zipfile.BadZipFile):
        raise
    except Exception as error:  # of a damaged header NumPy lets through what its tokenizer and parser raise
        raise ValueError(f"no array ({' '.join(str(error).split())[:100]})") from None
    if header.dtype.hasobject:
        raise ValueError("holds Python objects")
    return header


def _values(name: str, file: IO[bytes], header: Header) -> NDArray[Any]:
    count = 1
    for side in header.shape:
        count *= side
    size = count * header.dtype.itemsize
    data = file.read(size + 1)  # the end is what the checksum is compared at
    if len(data) != size:
        raise ValueError(f"array {name} has {'more' if len(data) > size else 'fewer'} values than it says")
    return np.frombuffer(data, header.dtype).reshape(header.shape, order="F" if header.fortran else "C")
