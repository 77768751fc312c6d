"""Stopping a run by Ctrl-C or SIGTERM where it can be resumed."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from lstm_vae.errors import InterruptedRunError


class StopSignals:
    """While entered, SIGINT and SIGTERM are noted, and `check` raises between steps; a second one is not
    waited with. Elsewhere than in the main thread it does nothing: Python handles signals only there."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGINT, signal.SIGTERM):
                self._before[signum] = signal.signal(signum, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for signum, handler in self._before.items():
            signal.signal(signum, handler)
        self._before.clear()

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        if self.received is not None:
            raise InterruptedRunError(signum, f"stopped at once by a second {signal.Signals(signum).name}")
        self.received = signum

    def check(self) -> None:
        """Raises `InterruptedRunError` if a signal has come."""
        if self.received is not None:
            raise InterruptedRunError(self.received, f"stopped by {signal.Signals(self.received).name}")
