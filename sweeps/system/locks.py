"""Locks on files, which the operating system takes back from a process that dies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

POLL = 0.002  # seconds; what is done within these locks takes milliseconds


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other process has the lock, and holds it within the block.

    Raises:
        OSError: the file cannot be made.
    """
    with _lock(path).acquire(poll_interval=POLL):
        yield


def hold(path: Path, patience: float) -> BaseFileLock:
    """Takes a lock for longer than a block; `release` gives it back.

    Args:
        patience: seconds to wait for it: somebody may be asking whether it is held.

    Raises:
        TimeoutError: another process holds it.
        OSError: the file cannot be made.
    """
    lock = _lock(path)
    lock.acquire(timeout=patience, poll_interval=POLL)
    return lock


def is_held(path: Path, tidy: bool = False) -> bool:
    """Whether a process holds a lock; a file that is not there is held by none.

    Args:
        tidy: remove the file of a lock that nobody holds. Its holder may have done so a moment ago: to ask is
            to make it anew.
    """
    if not path.exists():
        return False
    lock = _lock(path)
    try:
        lock.acquire(blocking=False)
    except TimeoutError:
        return True
    except OSError:
        return True  # it cannot be told: rather alive
    if tidy:
        with contextlib.suppress(OSError):  # Windows removes no open file
            path.unlink(missing_ok=True)
    lock.release()
    return False


def _lock(path: Path) -> BaseFileLock:
    from filelock import FileLock  # 40 ms, which commands that only read need not take

    # A worker's heart beats in a thread of its own.
    return FileLock(path, thread_local=False)
