"""What a study has cost, and what stopping trials saved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.continuation import known_through
from sweeps.study.lineage import promoted
from sweeps.study.spans import running_seconds, seconds_of


@dataclass(frozen=True)
class Cost:
    """What a study has cost.

    Attributes:
        seconds: during which at least one trial ran.
        trial_seconds: of all trials together.
        saved_seconds: that stopped trials would have taken to their end, each at its own rate; None where
            none was stopped, or nothing tells how long they would have been.
        steps: trained, of all trials together.
    """

    seconds: float
    trial_seconds: float
    saved_seconds: float | None
    steps: int


def cost_of(trials: Sequence[FrozenTrial]) -> Cost:
    """The cost of a study's trials, up to now."""
    spent = [(trial, seconds) for trial in trials if (seconds := seconds_of(trial)) is not None]
    ends = [t.last_step for t in trials if t.state == TrialState.COMPLETE and t.last_step is not None]
    replaced = promoted(trials)
    saved, steps = 0.0, 0.0
    for trial, seconds in spent:
        own = _own_steps(trial, known_through(trials, trial))
        steps += own
        if trial.state == TrialState.PRUNED and trial.number not in replaced and ends and own:
            saved += max(0, max(ends) - (trial.last_step or 0)) * seconds / own
    return Cost(
        running_seconds(trials, datetime.now()),
        math.fsum(seconds for _, seconds in spent),
        saved or None,
        round(steps),
    )


def _own_steps(trial: FrozenTrial, begun_at: int) -> float:
    """How many steps a trial has made; it need not report after every one.

    Args:
        begun_at: the last step that another one has made for it; -1 for none.
    """
    reported = sorted(step for step in trial.intermediate_values if step > begun_at)
    if not reported:
        return 0.0
    if begun_at >= 0:
        return float(reported[-1] - begun_at)
    if len(reported) == 1:
        return float(max(1, reported[0]))
    return (reported[-1] - reported[0]) * len(reported) / (len(reported) - 1)
