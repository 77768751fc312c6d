"""What a worker prints, where the terminal shows a table: it would write across that."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def off_screen(path: Path, screen: int | None) -> Iterator[None]:
    """Within it, what this process and its children write to a terminal goes to a file instead.

    Args:
        path: of the file; what is there stays.
        screen: the process that shows a table; None where none does. It itself prints around its table.
    """
    handles = [] if screen in (None, os.getpid()) else [handle for handle in (1, 2) if _is_terminal(handle)]
    if not handles:
        yield
        return
    saved = {handle: os.dup(handle) for handle in handles}
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        _redirect(dict.fromkeys(handles, log))
        yield
    finally:
        _redirect(saved)
        for handle in (log, *saved.values()):
            os.close(handle)


def _redirect(targets: dict[int, int]) -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # None, closed, or nobody reads
            stream.flush()
    for handle, target in targets.items():
        os.dup2(target, handle)


def _is_terminal(handle: int) -> bool:
    try:
        return os.isatty(handle)
    except OSError:  # closed
        return False
