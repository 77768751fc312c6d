"""Optuna's samplers and pruners, made anew in every process from the configuration."""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hydra.utils import get_class, instantiate
from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps import attributes
from sweeps.account import account_of
from sweeps.errors import SweepError, reason
from sweeps.halving import view_of
from sweeps.settings import HALVING

# Packages that Optuna needs for these samplers and does not bring, and our extras that do.
_NEEDS = {"CmaEsSampler": ("cmaes", "cmaes"), "GPSampler": ("torch", "gp")}


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

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        # Trials that repeat others take no draw of their own, and draw what those had not drawn yet as they
        # would have: stopped and resumed, the draws stay the same.
        # All of the study's, which is not what Hyperband shows a sampler: the trials of one bracket.
        account = account_of(study)
        first = trial.number
        while (repeated := account.trials[first].user_attrs.get(attributes.RETRY_OF)) is not None:
            first = repeated
        self._sampler = make_sampler(self._config, account.draws_before(first))
        self._sampler.before_trial(study, trial)

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


def derived_seed(seed: int | None, number: int) -> int | None:
    """The seed of one trial's sampler."""
    return None if seed is None else int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def make_sampler(config: Mapping[str, Any], number: int) -> BaseSampler:
    """The sampler of one trial.

    Raises:
        SweepError: it cannot be made so.
    """
    if config["_target_"] in ("auto", "grid"):
        # A grid's trials are enqueued with all their values: nothing is left to draw.
        return TPESampler(seed=derived_seed(config.get("seed", 0), number))
    kind = _class(config, "sampler")
    arguments = dict(config)
    if issubclass(kind, BaseSampler) and "seed" in inspect.signature(kind).parameters:
        seed = arguments.get("seed", 0)
        arguments["seed"] = derived_seed(seed, number)
        if issubclass(kind, QMCSampler):
            # One sequence for all trials; the first trial and the choices are drawn at random.
            arguments |= {"seed": seed, "warn_independent_sampling": False}
            arguments["independent_sampler"] = RandomSampler(seed=derived_seed(seed, number))
    return _made(arguments, "sampler", BaseSampler)


def make_pruner(config: Mapping[str, Any]) -> BasePruner:
    """The pruner.

    Raises:
        SweepError: it cannot be made so.
    """
    if _class(config, "pruner") is NopPruner:
        # A named study's settings of the pruner that it would have used mean nothing to none.
        return NopPruner()
    arguments = dict(config)
    if arguments["_target_"] in HALVING:
        arguments["_target_"] = f"sweeps.halving.{arguments['_target_'].rpartition('.')[2]}"
    return _made(arguments, "pruner", BasePruner)


def _class(config: Mapping[str, Any], field: str) -> type:
    target = str(config["_target_"])
    package, extra = _NEEDS.get(target.rpartition(".")[2], (None, None))
    if package is not None and importlib.util.find_spec(package) is None:
        raise SweepError(
            f"hydra.sweeper.{field}: {target} needs the package {package}: pip install 'lstm-vae[{extra}]'"
        )
    try:
        return get_class(target)
    except Exception as error:
        raise SweepError(
            f"hydra.sweeper.{field}._target_={target}: no such class ({reason(error)})"
        ) from None


def _made(arguments: dict[str, Any], field: str, kind: type) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            made = instantiate(arguments, _convert_="all")
    except Exception as error:
        cause = error.__cause__ or error
        raise SweepError(f"hydra.sweeper.{field}: {reason(cause)}") from None
    if not isinstance(made, kind):
        raise SweepError(f"hydra.sweeper.{field}._target_={arguments['_target_']}: is no {kind.__name__}")
    return made
