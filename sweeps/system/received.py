"""What somebody else may have written: files of bounded size, plain data of bounded depth, words without
control characters.

A pipe or a device in a file's place is refused rather than waited for, and a file or a structure without end
rather than read.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import IO, Any

import yaml

MOST = 64 * 2**20  # bytes of a JSON file
MOST_YAML = 2**20  # bytes; PyYAML takes ten seconds for these
MOST_LINE = 64 * 2**20  # bytes of one line of a journal
DEEPEST = 64  # lists and mappings in each other
NODES = 1_000_000  # values, counted as often as they are referred to
MOST_NAME = 255  # bytes of the name of a file or a folder


def fits(path: PurePath, most: int = MOST_NAME) -> bool:
    """Whether a file system takes every name of a path.

    Args:
        most: bytes of a name.
    """
    try:
        names = [part.encode("utf-8", "surrogateescape") for part in path.parts]
    except UnicodeEncodeError:  # half a character
        return False
    return all(len(name) <= most and b"\0" not in name for name in names)


@contextlib.contextmanager
def opened(path: Path, most: int) -> Iterator[IO[bytes]]:
    """Opens a file for reading, without waiting for anything.

    Args:
        most: bytes.

    Raises:
        OSError: there is no such file or cannot be one, it is another thing than a file, or it is larger.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
    except ValueError:  # half a character, or a zero byte, in its name
        raise OSError(errno.EINVAL, "no file can have that name", str(path)) from None
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(file.fileno())
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        if state.st_size > most:
            raise _too_large(path, most)
        yield file


def content(path: Path, most: int = MOST) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: as of `opened`.
    """
    with opened(path, most) as file:
        data = file.read(most + 1)  # some files have no size until they are read
    if len(data) > most:
        raise _too_large(path, most)
    return data


def text(path: Path, most: int = MOST) -> str:
    """A file's text, without the mark that some editors put before it.

    Raises:
        OSError: as of `opened`.
        ValueError: it is no UTF-8.
    """
    return content(path, most).decode("utf-8-sig")


def json_of(path: Path, most: int = MOST) -> Any:
    """What a JSON file holds.

    Raises:
        OSError: as of `opened`.
        ValueError: it holds something else, or is nested too deeply.
    """
    try:
        return _modest(json.loads(text(path, most)))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def yaml_of(path: Path, most: int = MOST_YAML) -> Any:
    """What a YAML file holds: plain values only, no more of them than it seems.

    Raises:
        OSError: as of `opened`.
        ValueError: it holds something else, is nested too deeply, or grows without end where its
            references are followed.
    """
    document = text(path, most)
    try:
        return _modest(yaml.load(document, Loader=_Loader))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except (AttributeError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        # Of dates and numbers PyYAML lets through what it stumbles over.
        raise ValueError(f"a value that cannot be read: {error}") from None


class _Loader(yaml.SafeLoader):
    """PyYAML's safe one, without merge keys: a few nested ones grow to gigabytes."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise yaml.constructor.ConstructorError(
                None, None, "merge keys (<<) are not read", node.start_mark
            )


def _modest(value: Any) -> Any:
    pending, count = [(value, 0)], 0
    while pending:
        item, depth = pending.pop()
        count += 1
        if depth > DEEPEST or count > NODES:
            raise ValueError("nested too deeply" if depth > DEEPEST else "holds too many values")
        if isinstance(item, dict):
            pending += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, (list, tuple, set)):
            pending += [(part, depth + 1) for part in item]
    return value


def require_lines(path: Path, most: int = MOST_LINE) -> None:
    """Raises `OSError` where a file is no regular one, or has a line of more than so many bytes."""
    with opened(path, 2**62) as file:
        length = 0
        while block := file.read(min(2**20, most)):  # no line in it is longer
            first, last = block.find(b"\n"), block.rfind(b"\n")
            if first < 0:
                length += len(block)
            elif length + first > most:
                length += first
            else:
                length = len(block) - last - 1
            if length > most:
                raise _too_large(path, most, "has a line that")


def _too_large(path: Path, most: int, what: str = "") -> OSError:
    return OSError(errno.EFBIG, f"{what} is larger than {most / 2**20:.0f} MiB".strip(), str(path))
