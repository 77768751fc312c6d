"""Arrays of an `.npz`: what was saved comes back, and what is damaged or another thing is refused."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.lib import format as npy

from lstm_vae.npz import MOST_TEXT, opened_npz

DTYPES = st.sampled_from(["uint8", "<i8", "<f4", ">f4", "bool"])
ARRAYS = DTYPES.flatmap(lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(min_dims=0, max_side=4)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))  # NumPy drops NULs


class Canary:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a file that each example writes anew."""
    return tmp_path_factory.mktemp("npz") / "a.npz"


def write_member(path: Path, shape: tuple[int, ...], data: bytes) -> None:
    """An archive of one array of float32, whose header says that shape, whatever it holds."""
    with zipfile.ZipFile(path, "w") as archive, archive.open("a.npy", "w") as file:
        npy.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
        file.write(data)


@given(array=ARRAYS, fortran=st.booleans(), packed=st.booleans())
def test_an_array_comes_back_as_it_was_saved(path: Path, array: Any, fortran: bool, packed: bool) -> None:
    save = np.savez_compressed if packed else np.savez
    save(path, b=np.zeros(2), a=np.array(array, order="F" if fortran else "C"))
    with opened_npz(path) as archive:
        assert archive.names == ["a", "b"]
        assert archive.header("a").shape == array.shape
        read = archive.array("a", array.shape, array.dtype)
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


@given(TEXTS)
def test_a_text_comes_back_as_it_was_saved(path: Path, text: str) -> None:
    np.savez(path, text=np.array(text))
    with opened_npz(path) as archive:
        assert archive.text("text") == text


@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), packed=st.booleans())
def test_a_changed_byte_is_refused_or_changes_nothing(
    path: Path, place: float, change: int, packed: bool
) -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    (np.savez_compressed if packed else np.savez)(path, a=array)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= change
    path.write_bytes(content)
    try:
        with opened_npz(path) as archive:
            read = archive.array("a", (3, 4), np.float32)
    except ValueError:
        return
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize(
    ("shape", "kind"), [((4, 3), "<f4"), ((12,), "<f4"), ((3, 4), "<f8"), ((3, 4), ">f4")]
)
def test_an_array_of_another_shape_or_type_is_refused(path: Path, shape: tuple[int, ...], kind: str) -> None:
    np.savez(path, a=np.zeros((3, 4), np.float32))
    with (
        opened_npz(path) as archive,
        pytest.raises(ValueError, match=r"array a holds \(3, 4\) float32, must be"),
    ):
        archive.array("a", shape, kind)


@pytest.mark.parametrize(("said", "difference"), [(2**50, "fewer"), (5, "fewer"), (3, "more")])
def test_no_room_is_made_for_what_is_not_there(path: Path, said: int, difference: str) -> None:
    write_member(path, (said,), bytes(16))
    with opened_npz(path) as archive:
        assert archive.header("a").shape == (said,)
        with pytest.raises(ValueError, match=f"array a has {difference} values than it says"):
            archive.array("a", (said,), np.float32)


def test_no_pickle_is_loaded(path: Path) -> None:
    canary = path.with_name("canary")
    np.savez(path, a=np.array([Canary(canary)], dtype=object))
    with opened_npz(path) as archive:
        for read in (archive.header, archive.text, lambda name: archive.array(name, (1,), object)):
            with pytest.raises(ValueError, match="holds Python objects"):
                read("a")
    path.write_bytes(pickle.dumps(Canary(canary)))
    with pytest.raises(ValueError, match="no npz file"), opened_npz(path):
        pass
    assert not canary.exists()


@pytest.mark.parametrize("array", [np.zeros(3), np.array(["x"]), np.array(b"x"), np.array("x" * MOST_TEXT)])
def test_what_is_no_short_text_is_refused(path: Path, array: Any) -> None:
    np.savez(path, a=array)
    with opened_npz(path) as archive, pytest.raises(ValueError, match="array a holds no text"):
        archive.text("a")


def test_what_is_missing_is_said(path: Path) -> None:
    np.savez(path, a=np.zeros(1))
    with opened_npz(path) as archive:
        for read in (archive.header, archive.text):
            with pytest.raises(ValueError, match="no b in it"):
                read("b")
    with pytest.raises(FileNotFoundError), opened_npz(path.with_name("none.npz")):
        pass
