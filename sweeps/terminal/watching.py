"""Showing a sweep while it runs: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Protocol

from optuna.trial import FrozenTrial

from sweeps.study.situation import Lookout, Situation
from sweeps.terminal.console import mention
from sweeps.terminal.situation_lines import running_line

REFRESH = 0.5  # seconds between two looks of a table
PACE = 5.0  # of lines
SILENCE = 60.0  # seconds after which lines say what runs, where nothing else was said
PATIENCE = 5.0  # seconds that a look at a slow storage gets when the sweep has ended


def style_of(progress: str) -> str:
    """How to show a sweep: `rich`, `plain` or `none`.

    Args:
        progress: one of them, or `auto`.
    """
    if progress != "auto":
        return progress
    if sys.stdout is None or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return "plain"
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return "rich" if encoding == "utf8" else "plain"


class _View(Protocol):
    def show(self, situation: Situation) -> None: ...


@contextmanager
def watched(
    style: str, name: str, lookout: Lookout, on_ended: Callable[[FrozenTrial], None]
) -> Iterator[None]:
    """Within it, a sweep is shown, by a thread that looks at the study.

    Args:
        style: as `style_of` says.
        name: of the study.
        lookout: at the study.
        on_ended: is told of each trial that ends meanwhile, where a table is shown; elsewhere workers tell.
    """
    if style == "none":
        yield
    elif style == "plain":
        with _beside(partial(_say_lines, lookout)):
            yield
    else:
        from sweeps.terminal.live_table import live_table  # rich: not for every worker

        with live_table(name) as table, _beside(partial(_draw, lookout, table, on_ended)):
            yield


@contextmanager
def _beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Within it, a thread works; it is told when it is to end."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=(over,), name="sweeps-watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE)


def _draw(
    lookout: Lookout, view: _View, on_ended: Callable[[FrozenTrial], None], over: threading.Event
) -> None:
    first, last = True, False
    while not last:
        last = over.is_set()  # one look after all is over: what ended last is told, too
        # A storage that is away, or damaged, is for those to tell who need it.
        with suppress(Exception):
            situation = lookout.look(datetime.now())
            if not first:
                for trial in situation.ended:
                    on_ended(trial)
            view.show(situation)
            first = False
        if not last:
            over.wait(REFRESH)


def _say_lines(lookout: Lookout, over: threading.Event) -> None:
    lines = _Lines()
    while not over.wait(PACE):  # a short sweep is never looked at
        with suppress(Exception):
            lines.show(lookout.look(datetime.now()))


class _Lines:
    """A line a minute, where no trial has ended meanwhile."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def show(self, situation: Situation) -> None:
        now = time.monotonic()
        if situation.ended:
            self._said = now
        elif situation.running and now - self._said >= SILENCE:
            self._said = now
            mention(running_line(situation))
