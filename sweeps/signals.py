"""Ctrl-C and SIGTERM, which must stop a sweep wherever they strike."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from sweeps.errors import SweepInterruptedError


class _Received:
    signum: int | None = None


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Within it, SIGINT raises `KeyboardInterrupt`, as ever, and SIGTERM `SweepInterruptedError`; both are
    noted. In another than the main thread nothing changes."""

    def stop(signum: int, _frame: object) -> None:
        _Received.signum = signum
        raise KeyboardInterrupt if signum == signal.SIGINT else SweepInterruptedError(signum)

    _Received.signum = None
    before = {}
    with contextlib.suppress(ValueError):  # not the main thread
        for signum in (signal.SIGINT, signal.SIGTERM):
            before[signum] = signal.signal(signum, stop)
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def interruption(error: BaseException | None = None) -> int | None:
    """The signal that an exception stands for, or else that has come.

    What a signal interrupts may turn its exception into another, as Optuna's journal does in its lock, or a
    job may catch it: so the exception alone does not tell.
    """
    if isinstance(error, SweepInterruptedError):
        return error.signum
    return signal.SIGINT if isinstance(error, KeyboardInterrupt) else _Received.signum


def check() -> None:
    """Raises `SweepInterruptedError` if a signal has come, whatever became of its exception."""
    if _Received.signum is not None:
        raise SweepInterruptedError(_Received.signum)
