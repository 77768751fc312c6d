"""How far a job has come: `sweeps.progress(done, of)`, for whoever watches a sweep.

A job says it often; a file beside its worker's is written at most once a second, and any process that sees
the study's folder reads it.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from sweeps.system import received

INTERVAL = 1.0  # seconds between two writings
LONGEST = 1000  # bytes


@dataclass(frozen=True)
class Progress:
    """What a job has said of itself.

    Attributes:
        trial: its number.
        done: in the program's own unit, such as epochs.
        of: in all.
    """

    trial: int
    done: float
    of: float


@dataclass
class _Writer:
    path: Path
    trial: int
    part: int
    parts: int
    next: float = -math.inf

    def write(self, done: float, of: float) -> None:
        now = time.monotonic()
        if now < self.next and done < of:
            return
        self.next = now + INTERVAL
        partial = self.path.with_name(f"{self.path.name}-partial")
        far, whole = self.part * of + done, self.parts * of
        partial.write_text(f"{self.trial} {far} {whole}", encoding="utf-8")
        partial.replace(self.path)


_writer: ContextVar[_Writer | None] = ContextVar("sweeps_progress", default=None)


@contextlib.contextmanager
def progressing(path: Path, trial: int, part: int = 0, parts: int = 1) -> Iterator[None]:
    """Within it, what the job says of its progress is written there.

    Args:
        trial: its number.
        part: of the trial, that the job is, from 0: of replicates, each is one.
        parts: in all.
    """
    token = _writer.set(_Writer(path, trial, part, parts))
    try:
        yield
    finally:
        _writer.reset(token)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def progress(done: float, of: float) -> None:
    """Says how far the job has come, which a sweep shows while it runs.

    Outside a sweep it does nothing. It decides nothing, costs next to nothing, and may be called at every
    step: what comes within a second of the last is not written, unless it is the end.

    Args:
        done: in the program's own unit, such as epochs; it may be a fraction.
        of: in all.
    """
    writer = _writer.get()
    if writer is None:
        return
    # Nothing that a job should end for.
    with contextlib.suppress(OSError, TypeError, ValueError, OverflowError):
        writer.write(float(done), float(of))


def progress_in(path: Path) -> Progress | None:
    """What a worker's job has said last; None where none runs, or it says nothing."""
    try:
        number, *rest = received.text(path, LONGEST).split()
        done, of = map(float, rest)
        trial = int(number)
    except (OSError, ValueError):
        return None
    return Progress(trial, done, of) if math.isfinite(done) and math.isfinite(of) and of > 0 else None
