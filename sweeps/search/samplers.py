"""Optuna's samplers and pruners, made anew in every process from the configuration."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError
from sweeps.search.components import component_class, made
from sweeps.search.halving import view_of
from sweeps.settings import HALVING
from sweeps.settings.rules import shown
from sweeps.study.account import account_of
from sweeps.study.trial import TrialView

TIES = 2**31  # the attempt whose seed decides between equals; none draws so often


class PerTrialSampler(BaseSampler):
    """A fresh sampler for every trial, seeded by the study's seed and the number of earlier draws.

    So several workers do not draw the same first trials, and a study that is stopped and resumed draws what
    it would have drawn.

    Args:
        config: of the sampler, as `hydra.utils.instantiate` takes it; `seed` is the study's.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = dict(config)
        self._sampler: BaseSampler = RandomSampler()
        self._number = 0  # of the draw

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        # Trials that repeat others take no draw of their own, and draw what those had not drawn yet as they
        # would have: stopped and resumed, the draws stay the same.
        # All of the study's, which is not what Hyperband shows a sampler: the trials of one bracket.
        account = account_of(study)
        first = trial.number
        while (predecessor := TrialView(account.trials[first]).retry_of) is not None:
            first = predecessor
        self._number = account.draws_before(first)
        self.begin_attempt(study, trial, 0)

    def begin_attempt(self, study: Study, trial: FrozenTrial, attempt: int) -> None:
        """Makes the sampler of a trial anew, to draw; other attempts draw other values."""
        self._sampler = make_sampler(self._config, self._number, attempt)
        self._sampler.before_trial(study, trial)

    def ties(self) -> np.random.Generator:
        """Decides between equals, for the trial that is being drawn."""
        return np.random.default_rng(derived_seed(self._config.get("seed", 0), self._number, TIES))

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._sampler.infer_relative_search_space(view_of(study), trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._sampler.sample_relative(view_of(study), trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._sampler.sample_independent(view_of(study), trial, param_name, param_distribution)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        self._sampler.after_trial(study, trial, state, values)


def derived_seed(seed: int | None, number: int, attempt: int = 0) -> int | None:
    """The seed of one trial's sampler, for one of its attempts to draw."""
    if seed is None:
        return None
    entropy = [seed, number, attempt] if attempt else [seed, number]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def make_sampler(config: Mapping[str, Any], number: int, attempt: int = 0) -> BaseSampler:
    """The sampler of one trial.

    Args:
        number: of the draw.
        attempt: other ones draw other values.

    Raises:
        SweepError: it cannot be made so.
    """
    _require_seed(config.get("seed"))
    kind = config["_target_"]
    if kind in ("auto", "grid"):
        if unknown_keys := sorted(config.keys() - {"_target_", "seed"}):
            raise SweepError(
                f"hydra.sweeper.sampler.{unknown_keys[0]}={shown(config[unknown_keys[0]])}: "
                f"hydra/sweeper/optuna_study/sampler={kind} takes only a seed; tpe is what auto samples by"
            )
        # A grid's trials are enqueued with all their values: nothing is left to draw.
        return TPESampler(seed=derived_seed(config.get("seed", 0), number, attempt))
    sampler_class = component_class(config, "sampler", BaseSampler)
    arguments = dict(config)
    if "seed" in inspect.signature(sampler_class).parameters:
        seed = arguments.get("seed", 0)
        arguments["seed"] = derived_seed(seed, number, attempt)
        if issubclass(sampler_class, QMCSampler):
            if seed is None and arguments.get("scramble"):
                raise SweepError(
                    "hydra.sweeper.sampler.seed=null: must be a whole number where scramble=true, or every "
                    "trial has a sequence of its own"
                )
            # One sequence for all trials; the first trial and the choices are drawn at random.
            arguments |= {"seed": seed, "warn_independent_sampling": False}
            arguments["independent_sampler"] = RandomSampler(seed=derived_seed(seed, number, attempt))
    return made(arguments, "sampler", BaseSampler)


def make_pruner(config: Mapping[str, Any]) -> BasePruner:
    """The pruner.

    Raises:
        SweepError: it cannot be made so.
    """
    if component_class(config, "pruner", BasePruner) is NopPruner:
        # A named study's settings of the pruner that it would have used mean nothing to none.
        return NopPruner()
    arguments = dict(config)
    if arguments["_target_"] in HALVING:
        arguments["_target_"] = f"sweeps.search.halving.{arguments['_target_'].rpartition('.')[2]}"
    return made(arguments, "pruner", BasePruner)


def _require_seed(seed: Any) -> None:
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise SweepError(
            f"hydra.sweeper.sampler.seed={shown(seed)}: must be a whole number of at least 0 or null"
        )
