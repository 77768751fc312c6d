from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.system import received


@pytest.mark.parametrize("size", [9, 10, 11])
def test_a_file_of_the_most_bytes_is_read_and_no_larger_one(tmp_path: Path, size: int) -> None:
    (tmp_path / "x").write_bytes(b"a" * size)
    if size <= 10:
        assert received.content(tmp_path / "x", 10) == b"a" * size
    else:
        with pytest.raises(OSError, match="is larger than"):
            received.content(tmp_path / "x", 10)


@pytest.mark.parametrize("name", ["half \ud800 a character", "a\0b"])
def test_what_no_file_can_be_called_is_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="no file can have that name"):
        received.content(tmp_path / name)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(OSError, match="no regular file"):
            received.content(tmp_path / name)
    with pytest.raises(IsADirectoryError):
        received.content(tmp_path)


@given(st.lists(st.integers(0, 30), max_size=12), st.booleans())
def test_lines_are_measured(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], ended: bool
) -> None:
    path = tmp_path_factory.mktemp("lines") / "x"
    path.write_bytes(b"\n".join(b"a" * length for length in lengths) + (b"\n" if ended else b""))
    if max(lengths, default=0) <= 20:
        received.require_lines(path, 20)
    else:
        with pytest.raises(OSError, match="has a line that is larger"):
            received.require_lines(path, 20)


@pytest.mark.parametrize(
    "text",
    [
        "&a [*a]",
        "{<<: {a: 1}, b: 2}",
        "[" * 100 + "]" * 100,
        "!!python/name:os.system",
        "2001-99-99",
        "1:1:x: [",
    ],
)
def test_yaml_that_is_more_than_plain_values(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError):
        received.yaml_of(tmp_path / "x")


def test_a_mark_before_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b'\xef\xbb\xbf{"a": [1, 2]}')
    assert received.json_of(tmp_path / "x") == {"a": [1, 2]}
    assert received.yaml_of(tmp_path / "x") == {"a": [1, 2]}
