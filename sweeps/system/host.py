"""This machine, as other processes know it: its name, and which of its processes live."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path


def this_host() -> str:
    """This machine and, within it, this set of processes: two containers on a machine are two hosts."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return "/".join(parts)


def lives(pid: int) -> bool:
    """Whether there is such a process here; where that cannot be told, there is."""
    if os.name == "nt":
        return True  # there, signal 0 is Ctrl-C
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # a number that no process has
        return False
    except OSError:
        return True
    return True
