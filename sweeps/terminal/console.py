"""Lines on stdout, whatever stdout is."""

from __future__ import annotations

import contextlib
import os
import sys

from sweeps.text import shown_lines


def say(line: str) -> None:
    """One line on stdout, at once: several workers write there. What its encoding cannot say is escaped, and
    so is what would steer a terminal.

    Raises:
        OSError: it cannot be written; `BrokenPipeError` where nobody reads any more.
    """
    if sys.stdout is None:  # closed before the start
        return
    _write(shown_lines(line) + "\n")


def give(table: str) -> None:
    """Text for other programs, as it is; only a terminal gets none of its control characters.

    Raises:
        OSError: as `say`.
    """
    if sys.stdout is not None:
        _write(shown_lines(table) if sys.stdout.isatty() else table)


def _write(text: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def mention(line: str) -> None:
    """One line on stdout, if it can be written: what is done does not end because nobody reads of it."""
    try:
        say(line)
    except (OSError, ValueError):
        silence()


def hold() -> None:
    """Opens what is closed of stdin, stdout and stderr onto nothing: the next file that is opened, a study's
    journal say, would get its number, and whatever a library prints."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Takes the lowest number that is free; workers have it too.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for name in ("stdout", "stderr"):  # launchers flush them
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def silence() -> None:
    """Nothing is written to stdout any more: Python would complain at its end of what it could not write."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
