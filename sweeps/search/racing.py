"""Racing: of configurations that are run with the same seeds, one that surely will not win is stopped.

After r of n seeds the mean difference of two configurations over all n is known up to what the other n - r
seeds will do. Where the configuration would still come out ahead with a probability of at most `RISK`, the
rest of its seeds would change nothing (stochastic curtailment: Lan, Simon & Halperin 1982, "Stochastically
curtailed tests in long-term clinical trials"; that the difference is not assumed but as predictive as the
data are: Spiegelhalter, Freedman & Blackburn 1986, "Monitoring clinical trials: conditional or predictive
power?").
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np
from optuna.study import Study
from optuna.trial import TrialState

from sweeps.study.lineage import promoted
from sweeps.study.objective import objectives_of
from sweeps.study.trial import TrialView

RISK = (
    0.025  # that a stopped configuration would have overtaken the other one; docs/decisions/0015-finalists.md
)

Costs = Mapping[int, Mapping[int, float]]  # of configurations, by seed; less is better


@dataclass(frozen=True)
class Loss:
    """That a configuration has lost.

    Attributes:
        to: the number of the one that it loses to.
        by: the mean difference over the seeds that both have; above 0.
        seeds: so many.
        chance: that it would come out ahead over all seeds.
    """

    to: int
    by: float
    seeds: int
    chance: float


def loss_of(
    number: int, costs: Costs, n_seeds: int, stopped: Container[int] = (), risk: float = RISK
) -> Loss | None:
    """Whether a configuration has lost to another one, and to which most surely.

    With d the mean difference over the r seeds that both have, and s the standard deviation of single runs
    once configurations and seeds are allowed for (the residuals of cost = configuration + seed over all
    runs, with their degrees of freedom), the difference over all n seeds is distributed as d + s √2 √(1/r -
    1/n) t, t by Student's distribution.

    Args:
        number: of the configuration.
        costs: all that is known, of it and of the others.
        n_seeds: n.
        stopped: the numbers of those that have lost; none loses to them, so that one is left at the end.
        risk: the probability with which it may still come out ahead.

    Returns:
        None where it may still win, or too little is known.
    """
    from scipy.special import stdtr  # not for every worker

    s, degrees = _noise(costs)
    if degrees < 1:
        return None
    own = costs[number]
    losses = []
    for rival, its in costs.items():
        shared = own.keys() & its.keys()
        r = len(shared)
        if rival == number or rival in stopped or not 0 < r < n_seeds:
            continue
        by = math.fsum(own[seed] - its[seed] for seed in shared) / r
        error = s * math.sqrt(2 * (1 / r - 1 / n_seeds))
        if by > 0:
            chance = float(stdtr(degrees, -by / error)) if error > 0 else 0.0
            losses.append(Loss(rival, by, r, chance))
    surest = min(losses, key=lambda loss: loss.chance, default=None)
    return surest if surest is not None and surest.chance <= risk else None


def _noise(costs: Costs) -> tuple[float, int]:
    """The standard deviation of single runs beside what configuration and seed explain, and its degrees of
    freedom."""
    runs = [(number, seed, cost) for number, own in costs.items() for seed, cost in own.items()]
    numbers = {number: index for index, number in enumerate(costs)}
    seeds = {seed: index for index, seed in enumerate({seed for _, seed, _ in runs})}
    design = np.zeros((len(runs), len(numbers) + len(seeds)))
    for row, (number, seed, _) in enumerate(runs):
        design[row, numbers[number]] = design[row, len(numbers) + seeds[seed]] = 1
    values = np.array([cost for *_, cost in runs])
    fit, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    degrees = len(runs) - int(rank)
    if degrees < 1:
        return math.nan, degrees
    residuals = values - design @ fit
    return math.sqrt(float(residuals @ residuals) / degrees), degrees


def race(study: Study, number: int, n_seeds: int) -> Loss | None:
    """The same for a trial of a study whose trials report the value of each seed as an intermediate one, by
    the index of the seed.

    Trials that still run count with what they have; failed ones do not, nor do those that another goes on
    with. Whoever stops one by this says so (`note_reason`) before anyone else asks.
    """
    objective = objectives_of(study)[0]
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    all_trials = study.get_trials(deepcopy=False)
    resumed = promoted(all_trials, waiting=False)
    trials = {
        trial.number: trial
        for trial in all_trials
        if trial.state in states and trial.intermediate_values and trial.number not in resumed
    }
    costs = {
        number: {step: objective.cost(value) for step, value in trial.intermediate_values.items()}
        for number, trial in trials.items()
    }
    stopped = {number for number, trial in trials.items() if TrialView(trial).reason is not None}
    return loss_of(number, costs, n_seeds, stopped)
