"""Standard streams that are closed, or whose reader goes away."""

from __future__ import annotations

import contextlib
import os
import sys


def open_all() -> None:
    """Opens what is closed of stdin, stdout and stderr onto nothing: the next file that is opened would get
    its number, and whatever a library prints."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Takes the lowest number that is free; workers have it too.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def silence() -> None:
    """Nothing is written to stdout any more: Python would complain at its end of what it could not write."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
