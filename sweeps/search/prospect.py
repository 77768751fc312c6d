"""What more trials can be expected to gain on the best, by the values so far."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from sweeps.study.lineage import latest
from sweeps.study.objective import Objective
from sweeps.study.trial import TrialView

FEWEST = 10  # values, before anything is said of further ones
_POINTS, _REACH = 400, 12.0  # of the integral: how many, and how many standard deviations below the best


def expected_gain(costs: Sequence[float], further: int) -> float:
    """How much lower the best can be expected to be after further trials.

    Their costs are taken to be distributed as the better half of those so far: by Student's distribution
    around the median m of all n, whose scale is the root mean square deviation of that half from m, times
    √(1 + 1/n), with one degree of freedom less than the half has costs. (The worse half says nothing of good
    ones.) The gain on the best cost b of k further trials is then the integral from -∞ to b of
    1 - (1 - F(t))^k dt: the expected improvement of the best of k (Jones, Schonlau & Welch 1998, "Efficient
    global optimization", of one).

    Where good ones are rarer than Student's tail has them, as where costs are bounded below, it is too much
    rather than too little; a sampler that learns may gain more.

    Args:
        costs: finite; less is better.
        further: trials.

    Returns:
        in the costs' unit; infinite where there are fewer than `FEWEST`.
    """
    from scipy.special import stdtr  # not for every worker

    if len(costs) < FEWEST:
        return math.inf
    values = np.sort(np.asarray(costs, dtype=np.float64))
    middle = float(np.median(values))
    low = values[: (len(values) + 1) // 2] - middle
    scale = math.sqrt(float(np.mean(low**2)) * (1 + 1 / len(values)))
    if scale == 0 or further <= 0:
        return 0.0
    t = values[0] - _REACH * scale * np.linspace(0, 1, _POINTS) ** 2
    none_better = (1 - stdtr(len(low) - 1, (t - middle) / scale)) ** further
    return float(np.trapezoid(1 - none_better, -t))


def costs_of_trials(trials: Sequence[FrozenTrial], objective: Objective) -> list[float]:
    """What each configuration costs at the end, or would have: of a stopped trial, its last value less what
    complete ones have gained on average from there to their end; one from where no complete one has
    come is left out."""
    last_trials = latest(trials)
    complete = [trial for trial in last_trials if trial.state == TrialState.COMPLETE and trial.values]
    costs = [objective.cost(trial.values[0]) for trial in complete]
    for trial in last_trials:
        step = trial.last_step
        if trial.state != TrialState.PRUNED or step is None:
            continue
        own = objective.cost(trial.intermediate_values[step])
        gains = [
            objective.cost(other.intermediate_values[step]) - cost
            for other, cost in zip(complete, costs, strict=False)
            if step in other.intermediate_values
        ]
        if gains and math.isfinite(own):
            costs.append(own - math.fsum(gains) / len(gains))
    return [cost for cost in costs if math.isfinite(cost)]


def seed_noise(trials: Sequence[FrozenTrial]) -> float | None:
    """The standard deviation of a trial's value over its seeds: that of single replicates over the root of
    their number. None where no trial has two.

    The variance of single replicates is the median of those of all trials, each divided by what the median of
    such a variance is where the true one is 1: with k degrees of freedom nearly (1 - 2 / 9k)³ (Wilson &
    Hilferty 1931). One seed that collapses makes its trial's variance thousands of times that of others, and
    their mean useless.
    """
    variances, n = [], 1
    for trial in trials:
        values = TrialView(trial).replicates
        if len(values) > 1 and all(map(math.isfinite, values)):
            degrees = len(values) - 1
            variances.append(float(np.var(values, ddof=1)) / (1 - 2 / (9 * degrees)) ** 3)
            n = max(n, len(values))
    return math.sqrt(float(np.median(variances)) / n) if variances else None
