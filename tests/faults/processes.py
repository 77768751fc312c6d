"""Commands in process groups of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import OUTSIDE

SECONDS = 300.0  # a command that takes longer hangs


def environment(root: Path) -> dict[str, str]:
    """Of a command, with a cache of its own."""
    return {**OUTSIDE, "XDG_CACHE_HOME": str(root.parent / "cache")}


def start(words: Sequence[str], root: Path) -> subprocess.Popen[str]:
    """Starts a command in a process group of its own."""
    with (root / "log").open("a", encoding="utf-8") as log:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=root,
            env=environment(root),
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def ended(process: subprocess.Popen[str]) -> int | None:
    """Its exit code; None where it hangs."""
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return None
