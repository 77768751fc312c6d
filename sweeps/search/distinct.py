"""Drawing from a finite space: no combination that the study holds is drawn again.

Any sampler does the drawing. Where it draws what the study holds, it draws again, some times; then the best
unseen combination is taken, by what the draws say: a combination's score is the product of how often each of
its values was drawn. For a sampler that draws every parameter by itself, as random sampling does, that is how
likely it is to draw the combination; for one that draws them together, as Optuna's TPE, it is a rough guess.
"""

from __future__ import annotations

import copy
import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.samplers import PerTrialSampler
from sweeps.space import Space
from sweeps.space.parameter import Parameter, Value
from sweeps.study.account import account_of
from sweeps.study.holding import combination_key
from sweeps.study.trial import TrialView

DRAWS = 10  # before the best unseen combination is looked for
MANY, DRAWS_OF_MANY = 1000, 3  # so many trials make a draw slow
MOST_STEPS = 20_000  # of the search for it: a second

Combination = dict[str, Value]


class DistinctSampler(BaseSampler):
    """Draws no combination of a finite space that the study holds, other than in surplus trials.

    All of a trial's parameters are drawn at once. The ones with which a trial was enqueued stay as they are.
    Where nothing is left, what the sampler draws is a repetition: whoever asks looks before.

    Args:
        config: of the sampler that draws, as `PerTrialSampler` takes it.
        space: finite.
    """

    def __init__(self, config: Mapping[str, Any], space: Space) -> None:
        self._sampler = PerTrialSampler(config)
        self._space = space
        self._values: Combination = {}

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        self._values = self._drawn(study, trial)
        return {own.name: own.distribution for own in self._space.parameters if own.name in self._values}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return dict(self._values)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        self._sampler.after_trial(study, trial, state, values)

    def _drawn(self, study: Study, trial: FrozenTrial) -> Combination:
        account = account_of(study)
        fixed = TrialView(trial).enqueued or {}

        def is_unseen(combination: Combination) -> bool:
            return not account.is_held(combination_key(combination), trial.number)

        draws = []
        for attempt in range(DRAWS if len(account.trials) < MANY else DRAWS_OF_MANY):
            if attempt:
                self._sampler.begin_attempt(study, trial, attempt)
            draws.append(self._one_draw(study, trial, fixed))
            if is_unseen(draws[-1]) or draws[-1].keys() <= fixed.keys():  # in which nothing was drawn
                return draws[-1]
        return most_promising(self._space, draws, fixed, is_unseen, self._sampler.ties()) or draws[0]

    def _one_draw(self, study: Study, trial: FrozenTrial, fixed: Mapping[str, Any]) -> Combination:
        # As Optuna would show the trial to its sampler, of which some write to it before they draw.
        shown = copy.copy(study._storage.get_trial(trial._trial_id))
        shown.params, shown.distributions = {}, {}
        relative_space = self._sampler.infer_relative_search_space(study, shown)
        relative = self._sampler.sample_relative(study, shown, relative_space)
        values: Combination = {}
        for own in self._space.parameters:
            if not own.exists(values):
                continue
            if own.name in fixed:
                value = fixed[own.name]
            elif own.distribution.single():
                value = (own.values or ())[0]
            elif own.name in relative:
                value = relative[own.name]
            else:
                value = self._sampler.sample_independent(study, shown, own.name, own.distribution)
            values[own.name] = own.canonical(value)
            shown.params = {**shown.params, own.name: values[own.name]}
            shown.distributions = {**shown.distributions, own.name: own.distribution}
        return values


def most_promising(
    space: Space,
    draws: Sequence[Combination],
    fixed: Mapping[str, Any],
    is_unseen: Callable[[Combination], bool],
    ties: np.random.Generator,
) -> Combination | None:
    """The unseen combination whose values were drawn most often.

    Combinations are gone through from the most promising one on (best first), so that hardly more are made
    than are seen. In a space in which that takes too long, any unseen one will do.

    Args:
        space: finite.
        draws: of a sampler.
        fixed: values that it must have.
        ties: decides between equals.

    Returns:
        None where there is none.
    """
    parameters = space.parameters
    costs = [_costs_of(own, draws, fixed) for own in parameters]
    least = [min(cost for _, cost in its_costs) for its_costs in costs]
    heap: list[tuple[float, int, float, int, float, Combination]] = [(0.0, 0, 0.0, 0, 0.0, {})]
    made = 0
    while heap:
        _, depth, _, _, cost, values = heapq.heappop(heap)
        depth = -depth
        if depth == len(parameters):
            if is_unseen(values):
                return values
            continue
        if made > MOST_STEPS:
            return _any_unseen(space, fixed, is_unseen)
        own = parameters[depth]
        if own.exists(values):
            further = [(cost + extra, {**values, own.name: value}) for value, extra in costs[depth]]
        else:
            further = [(cost, values)]
        for total, combination in further:
            made += 1
            # At best, what is still to be chosen adds so much; what may not exist adds nothing.
            rest = sum(
                least[index]
                for index in range(depth + 1, len(parameters))
                if parameters[index].exists(combination)
            )
            heapq.heappush(heap, (total + rest, -depth - 1, ties.random(), made, total, combination))
    return None


def _any_unseen(
    space: Space, fixed: Mapping[str, Any], is_unseen: Callable[[Combination], bool]
) -> Combination | None:
    """The first unseen combination that has the fixed values, wherever it has those parameters."""
    canonical = {own.name: own.canonical(fixed[own.name]) for own in space.parameters if own.name in fixed}
    return next(filter(is_unseen, space.combinations(canonical)), None)


def _costs_of(
    own: Parameter, draws: Sequence[Combination], fixed: Mapping[str, Any]
) -> list[tuple[Value, float]]:
    """What each value of a parameter costs: minus the logarithm of how often it was drawn, plus one."""
    if own.name in fixed:
        return [(own.canonical(fixed[own.name]), 0.0)]
    values = own.values or ()
    counts = [1] * len(values)
    for draw in draws:
        if own.name in draw:
            counts[own.index_of(draw[own.name])] += 1
    total = sum(counts)
    return [(value, -math.log(count / total)) for value, count in zip(values, counts, strict=True)]


def sampler_of(config: Mapping[str, Any], space: Space) -> BaseSampler:
    """The sampler of a study: of a finite space it draws no combination twice."""
    return DistinctSampler(config, space) if space.finite else PerTrialSampler(config)
