"""Ctrl-C and SIGTERM, which must stop a sweep wherever they strike, and leave no step half done.

A signal is noted wherever it comes. It raises only where a sweep waits or a job runs, within `let_through`:
what the sweep itself does to its study is done to its end first, in milliseconds.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from sweeps.errors import SweepInterruptedError


@dataclass
class _State:
    """Attributes:
    stopping: whether signals are handled here.
    through: whether one may raise now.
    received: the last one.
    count: of those that came.
    """

    stopping: bool = False
    through: bool = False
    received: int | None = None
    count: int = 0


_state = _State()


def _stop(signum: int, _frame: object) -> None:
    _state.received = signum
    _state.count += 1
    if _state.through:
        raise KeyboardInterrupt if signum == signal.SIGINT else SweepInterruptedError(signum)


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Within it, SIGINT and SIGTERM are noted; where they are let through, SIGINT raises `KeyboardInterrupt`,
    as ever, and SIGTERM `SweepInterruptedError`. In another than the main thread nothing changes."""
    global _state
    outer, _state = _state, _State(stopping=True)
    before = {}
    with contextlib.suppress(ValueError):  # not the main thread
        for signum in (signal.SIGINT, signal.SIGTERM):
            before[signum] = signal.signal(signum, _stop)
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
        # A worker in the sweep's own process: what stops it stops the sweep.
        outer.received = _state.received or outer.received
        _state = outer


@contextlib.contextmanager
def let_through() -> Iterator[None]:
    """Within it, a signal raises at once, and one that came before it raises at its beginning."""
    if not _state.stopping:
        yield
        return
    try:
        _state.through = True
        check()
        yield
    finally:
        _state.through = False


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Within it, signals wait: they raise at its end if they are let through around it."""
    if threading.current_thread() is not threading.main_thread():  # no signal reaches it
        yield
        return
    before, _state.through = _state.through, False
    count = _state.count
    try:
        yield
    finally:
        _state.through = before
    if before and _state.count > count:
        check()


def interruption(error: BaseException | None = None) -> int | None:
    """The signal that an exception stands for, or else that has come.

    A job may turn the exception into another: so it alone does not tell.
    """
    if isinstance(error, SweepInterruptedError):
        return error.signum
    return signal.SIGINT if isinstance(error, KeyboardInterrupt) else _state.received


def check() -> None:
    """Raises `SweepInterruptedError` if a signal has come, whatever became of its exception."""
    if _state.received is not None:
        raise SweepInterruptedError(_state.received)
