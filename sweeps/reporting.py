"""The one call that a swept job makes: `sweeps.report(value, step)`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.trial import Trial

_trial: ContextVar[Trial | None] = ContextVar("sweeps_trial", default=None)


@contextlib.contextmanager
def reporting_to(trial: Trial | None) -> Iterator[None]:
    """Within it, `report` speaks of this trial."""
    token = _trial.set(trial)
    try:
        yield
    finally:
        _trial.reset(token)


def report(value: float, step: int) -> None:
    """Records an intermediate objective value of the trial that runs, and stops it if the pruner says so.

    Outside a sweep, and in a sweep of several objectives (which Optuna does not prune), it does nothing, so
    a program may call it always.

    Args:
        value: the objective after `step`. NaN is recorded and pruned by every pruner but `none`.
        step: what the pruner compares trials by, such as the epoch; whole, not below 0, rising.

    Raises:
        optuna.TrialPruned: the pruner stops the trial. Let it pass out of the job; the trial is then PRUNED.
    """
    trial = _trial.get()
    if trial is None:
        return
    trial.report(float(value), int(step))
    if trial.should_prune():
        from optuna import TrialPruned

        raise TrialPruned(f"pruned at step {step} with {value:g}")
