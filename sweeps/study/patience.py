"""Waiting for a storage that is away for a while: its server restarts, the network is gone, it is locked.

The job that runs goes on as soon as the storage is back. Nothing is buffered meanwhile: what was told counts.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from optuna.exceptions import StorageInternalError

from sweeps.inside import pulse
from sweeps.system import signals

T = TypeVar("T")
LIMIT = 600.0  # seconds for which a storage may be away
SILENT = 2.0  # seconds of them of which nothing is said
FIRST, LONGEST = 0.1, 5.0  # seconds between two tries: twice as many each time
SLICE = 0.1  # seconds after which a signal is seen


class AwayError(StorageInternalError):
    """A storage was away for too long, in one line for people."""


_waits: ContextVar[bool] = ContextVar("sweeps_waits", default=True)
_last_return = float("-inf")


def returned() -> float:
    """When a storage of this process came back last, by `time.monotonic`: before, no other process can have
    given a sign of life."""
    return _last_return


@contextlib.contextmanager
def not_waiting() -> Iterator[None]:
    """Within it, this thread waits for no storage: the first failure is raised."""
    token = _waits.set(False)
    try:
        yield
    finally:
        _waits.reset(token)


class Patience:
    """Tries again what failed because a storage was away.

    Args:
        what: the storage, as people know it.
        limit: seconds for which it may be away, over all that is asked of it meanwhile.
        is_away: whether an exception says that.
        text_of: an exception in a few words.
        clock: seconds that pass.
        sleep: lets them pass.
    """

    def __init__(
        self,
        what: str,
        limit: float,
        is_away: Callable[[BaseException], bool],
        text_of: Callable[[Exception], str],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._what, self._limit, self._is_away, self._text_of = what, limit, is_away, text_of
        self._clock, self._sleep = clock, sleep
        self._since: float | None = None  # it is away
        self._said = False

    def through(self, act: Callable[[], T]) -> T:
        """Does something until it succeeds; it must come to the same if it is done twice.

        Raises:
            AwayError: the storage was away for too long, or a signal came while it was.
            Exception: what else `act` raises.
        """
        pause = FIRST
        while True:
            try:
                result = act()
            except Exception as error:
                if not self._is_away(error):
                    raise
                self._wait(error, pause)
                pause = min(2 * pause, LONGEST)
            else:
                if (began := self._since) is not None:
                    self._note_return(began)
                return result

    def _wait(self, error: Exception, pause: float) -> None:
        if self._limit <= 0 or not _waits.get():
            raise error
        now = self._clock()
        # A thread of its own says that the process lives, and may be the one that finds the storage back.
        began = self._since = now if self._since is None else self._since
        end = now + pause
        while now < end:
            away = now - began
            if away >= self._limit or signals.interruption() is not None:
                since = f"for {away:.0f} s " if away >= 1 else ""
                raise AwayError(f"{self._what} cannot be reached {since}({self._text_of(error)})") from error
            if away >= SILENT and not self._said:
                self._said = True
                limit = f"{self._limit / 60:g} min" if self._limit >= 60 else f"{self._limit:g} s"
                _note(f"{self._what} cannot be reached ({self._text_of(error)}); waiting up to {limit}")
            pulse.beat()  # a job that waits does not hang
            self._sleep(min(SLICE, end - now))
            now = self._clock()

    def _note_return(self, began: float) -> None:
        global _last_return
        now = self._clock()
        if self._said:
            _note(f"{self._what} is back after {now - began:.0f} s")
        self._since, self._said = None, False
        _last_return = now


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr, flush=True)
