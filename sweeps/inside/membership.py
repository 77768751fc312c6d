"""The call by which a job knows of which study it is a trial: `sweeps.current_trial()`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CurrentTrial:
    """The trial that a job is.

    Attributes:
        study: its name.
        folder: the study's.
        number: the trial's.
    """

    study: str
    folder: Path
    number: int


_current: ContextVar[CurrentTrial | None] = ContextVar("sweeps_current", default=None)


@contextlib.contextmanager
def belonging(trial: CurrentTrial) -> Iterator[None]:
    """Within it, the job that runs is this trial."""
    token = _current.set(trial)
    try:
        yield
    finally:
        _current.reset(token)


def current_trial() -> CurrentTrial | None:
    """The trial that the job is, for trackers and logs; None outside a sweep."""
    return _current.get()
