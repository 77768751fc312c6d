"""The pulse of a job: a file that is there while it runs, and touched whenever it reports.

Another process tells from it that a job hangs: the file stands still, by that process's own clock.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

_pulse: ContextVar[Path | None] = ContextVar("sweeps_pulse", default=None)


@contextlib.contextmanager
def pulsing(path: Path | None) -> Iterator[None]:
    """Within it, a job runs; None where nobody watches."""
    if path is None:
        yield
        return
    path.write_text(str(os.getpid()), encoding="utf-8")
    token = _pulse.set(path)
    try:
        yield
    finally:
        _pulse.reset(token)
        path.unlink(missing_ok=True)


def beat() -> None:
    """The job goes on."""
    path = _pulse.get()
    if path is not None:
        with contextlib.suppress(OSError):  # the job itself may well go on
            os.utime(path)


def state_of(path: Path) -> tuple[int, int] | None:
    """What differs after each beat, and from one job to the next; None where no job runs."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
