"""Files that a reader finds whole: the old one or the new one, also after a power cut."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a path beside `path`, with its ending, to write to; what is written there takes its place when
    the block ends well, and is removed when it does not.

    Both the file and its folder are synced: a rename that is not may be lost, or come before the content.

    Raises:
        OSError: it cannot be written; the old file stands.
    """
    partial = path.with_name(f"{PARTIAL}{os.getpid()}-{path.name}")
    partial.unlink(missing_ok=True)  # or a link that was left there would be written through
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong first is what is to be told
            partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Writes a text file in one step."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder last; where a system cannot open folders, it needs no such thing."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_partials(folder: Path, older_than: float = 0.0) -> None:
    """Removes what processes that died while they wrote have left in a folder and below it.

    Args:
        older_than: seconds; what is younger may be written by another process just now.
    """
    for path in folder.rglob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime >= older_than:
                path.unlink()
