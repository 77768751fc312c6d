"""The one call that a swept job makes: `sweeps.report(value, step)`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps import pulse

if TYPE_CHECKING:
    from optuna.trial import Trial


@dataclass(frozen=True)
class _Told:
    """Attributes:
    trial: that is told.
    through: the last step that it knows already; -1 for none.
    """

    trial: Trial
    through: int


_told: ContextVar[_Told | None] = ContextVar("sweeps_told", default=None)


@contextlib.contextmanager
def reporting_to(trial: Trial | None, through: int = -1) -> Iterator[None]:
    """Within it, `report` speaks of this trial.

    Args:
        through: a step; the trial has the values up to it from the one that it goes on with.
    """
    token = _told.set(_Told(trial, through) if trial is not None else None)
    try:
        yield
    finally:
        _told.reset(token)


def report(value: float, step: int, last: bool = False) -> None:
    """Records an intermediate objective value of the trial that runs, and stops it if the pruner says so.

    Outside a sweep, and in a sweep of several objectives (which Optuna does not prune), it does nothing, so
    a program may call it always. Of a trial that goes on with another, the steps up to where that one was
    stopped are known: nothing of them is recorded or decided again.

    Args:
        value: the objective after `step`. NaN is recorded and pruned by every pruner but `none`.
        step: what the pruner compares trials by, such as the epoch; whole, not below 0, rising.
        last: that nothing is left to stop: the value is recorded, and the pruner is not asked.

    Raises:
        optuna.TrialPruned: the pruner stops the trial. Let it pass out of the job; the trial is then PRUNED.
    """
    pulse.beat()
    told = _told.get()
    if told is None or int(step) <= told.through:
        return
    trial = told.trial
    trial.report(float(value), int(step))
    if not last and trial.should_prune():
        from optuna import TrialPruned

        raise TrialPruned(f"pruned at step {step} with {value:g}")
