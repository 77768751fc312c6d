"""Files that a reader finds whole: the old one or the new one, also after a power cut."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweeps.system.host import lives, this_host

PARTIAL = ".partial-"  # then the host, the process and the file's name
ABANDONED = 86400.0  # seconds after which what another machine's process has begun is taken for left over


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a path beside `path`, with its ending, to write to; what is written there takes its place when
    the block ends well, and is removed when it does not.

    Both the file and its folder are synced: a rename that is not may be lost, or come before the content.

    Raises:
        OSError: it cannot be written; the old file stands.
    """
    partial = path.with_name(f"{PARTIAL}{_host()}-{os.getpid()}-{path.name}")
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


def copy_file(source: Path, target: Path) -> None:
    """Copies a file's content in one step."""
    with replacing(target) as partial:
        shutil.copyfile(source, partial)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder last; where a system cannot open folders, it needs no such thing."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_partials(folder: Path, below: bool = True, of_all: bool = False) -> None:
    """Removes what processes that died while they wrote have left in a folder.

    Args:
        below: also in the folders below it.
        of_all: also what a living process may be writing: nobody else works there.
    """
    for path in folder.rglob(f"{PARTIAL}*") if below else folder.glob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if of_all or _is_left_over(path):
                path.unlink()


def _is_left_over(path: Path) -> bool:
    host, _, rest = path.name.removeprefix(PARTIAL).partition("-")
    pid = rest.partition("-")[0]
    if host == _host() and pid.isdigit():
        return not lives(int(pid))
    return time.time() - path.stat().st_mtime > ABANDONED


@functools.cache
def _host() -> str:
    return hashlib.sha256(this_host().encode()).hexdigest()[:8]
