"""A terminal as a person sees it: commands run on a pseudo-terminal, and an emulator keeps the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

from tests.conftest import OUTSIDE

ROWS, COLUMNS = 40, 100


def _as_from_a_terminal() -> None:
    """A shell that starts something in the background has it ignore Ctrl-C, and all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Screen:
    """A command on a terminal of its own."""

    def __init__(self, words: list[str], cwd: Path, rows: int = ROWS, columns: int = COLUMNS) -> None:
        self._terminal, own = pty.openpty()
        fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen = pyte.HistoryScreen(columns, rows, history=10_000)
        self._stream = pyte.ByteStream(self._screen)
        environment = {**OUTSIDE, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            words,
            cwd=cwd,
            env=environment,
            stdin=own,
            stdout=own,
            stderr=own,
            start_new_session=True,
            preexec_fn=_as_from_a_terminal,
        )
        os.close(own)

    @property
    def lines(self) -> list[str]:
        """All that was printed and stays, and what is on the screen."""
        above = [
            "".join(row[x].data for x in range(self._screen.columns)) for row in self._screen.history.top
        ]
        return [line.rstrip() for line in [*above, *self._screen.display]]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    @property
    def cursor_is_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    def until(self, condition: Callable[[Screen], bool], seconds: float = 60) -> None:
        """Waits until the screen is so.

        Raises:
            AssertionError: it never is.
        """
        end = time.monotonic() + seconds
        while not condition(self):
            assert time.monotonic() < end, self.text
            if not self._feed(0.1):
                assert condition(self), self.text
                return

    def wait(self, seconds: float = 60) -> int:
        """Waits for the end of the command; its exit code."""
        end = time.monotonic() + seconds
        while self._feed(0.1):
            assert time.monotonic() < end, self.text
        return self.process.wait(seconds)

    def kill(self) -> None:
        """Ends what is left of it."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._terminal)

    def _feed(self, seconds: float) -> bool:
        """Reads what has come; False when nobody can write any more."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            return False
        self._stream.feed(data)
        return bool(data)
