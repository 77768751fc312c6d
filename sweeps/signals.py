"""SIGTERM stops a sweep as Ctrl-C does."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from sweeps.errors import SweepInterruptedError


@contextlib.contextmanager
def stopping_on_sigterm() -> Iterator[None]:
    """Within it, SIGTERM raises `SweepInterruptedError`; in another than the main thread nothing changes."""

    def stop(signum: int, _frame: object) -> None:
        raise SweepInterruptedError(signum)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
