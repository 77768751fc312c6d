"""The call of a swept job that can resume a stopped one: `sweeps.continued_from()`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

_stopped_folder: ContextVar[Path | None] = ContextVar("sweeps_stopped", default=None)


@contextlib.contextmanager
def resuming(folder: Path | None) -> Iterator[None]:
    """Within it, the job that runs resumes the one of this folder."""
    token = _stopped_folder.set(folder)
    try:
        yield
    finally:
        _stopped_folder.reset(token)


def continued_from() -> Path | None:
    """The folder of the job, of the same configuration, that this one resumes: a pruner had stopped it, or a
    signal or a death had cut it off.

    A program that keeps its state there copies it into its own folder and goes on after the step of that
    state, which it reports again, since it may have been cut off between the two; it must leave the other
    job's folder as it is. One that finds no state there starts again, which is as correct and takes longer.

    Returns:
        None for a job that begins, and outside a sweep.
    """
    return _stopped_folder.get()
