"""How a trial's jobs have ended."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.trial import TrialState


@dataclass(frozen=True)
class Outcome:
    """How a job, or all jobs of a trial, ended.

    Attributes:
        state: COMPLETE, PRUNED or FAIL.
        values: one an objective, of a COMPLETE one.
        reason: why it is another.
        replicates: the value of each, where the trial has some.
    """

    state: TrialState
    values: tuple[float, ...] = ()
    reason: str = ""
    replicates: tuple[float, ...] = ()
