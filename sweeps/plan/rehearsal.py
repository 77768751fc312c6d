"""A few trials of a study in memory, drawn and reported as workers will.

What a sampler, a pruner or a function of the user's is told wrongly shows only when it is used. In workers it
would end one after another.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import optuna
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig
from optuna.samplers import RandomSampler
from optuna.trial import Trial

from sweeps.errors import SweepError, reason
from sweeps.plan.composition import Composer
from sweeps.search.components import is_optunas
from sweeps.search.samplers import PerTrialSampler, make_pruner, make_sampler
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.space.space import FUNCTION_FIELD

MOST_TRIALS = 60
DRAWS, STEPS = 5, 4


def rehearse(settings: Settings, space: Space, composer: Composer, master: DictConfig, grid: bool) -> None:
    """Makes the sampler and the pruner, draws trials until there are results to learn from, and reports.

    Samplers and pruners that are not Optuna's are left alone: they may count on what only a real trial has.

    Args:
        master: the sweep's own configuration, which `custom_search_space` gets.

    Raises:
        SweepError: something in it cannot be made, or raises.
    """
    with _quiet():
        make_sampler(settings.sampler, 0)
        make_pruner(settings.pruner)
        if space.function is not None:
            _rehearse_function(space, composer, master)
        sampled = not grid and is_optunas(settings.sampler)
        pruned = settings.pruner["_target_"] != "optuna.pruners.NopPruner" and is_optunas(settings.pruner)
        if sampled:
            _rehearse_sampler(settings, space, master)
        if pruned and not settings.several:
            _rehearse_pruner(settings)


def _rehearse_function(space: Space, composer: Composer, master: DictConfig) -> None:
    study = optuna.create_study(sampler=RandomSampler(seed=0))
    known_names = {parameter.name for parameter in space.parameters}
    field = f"{FUNCTION_FIELD}={space.function}"
    for _ in range(DRAWS):
        try:
            values = space.suggest(study.ask(), master)
        except (Exception, SystemExit) as error:
            raise SweepError(f"{field}: {reason(error)}") from None
        for name in values.keys() - known_names:
            word = space.overrides({name: values[name]})[0]
            try:
                override = OverridesParser.create().parse_override(word)
            except HydraException:
                raise SweepError(f"{field}: {word}: is no override") from None
            if override.is_hydra_override():
                raise SweepError(f"{field}: {name} is Hydra's own configuration, which trials share")
        try:
            composer.compose([*space.fixed, *space.overrides(values)])
        except SweepError as error:
            raise SweepError(f"{field}: {error}") from None


def _rehearse_sampler(settings: Settings, space: Space, master: DictConfig) -> None:
    directions: list[Any] = list(settings.directions)
    numbers = random.Random(0)
    try:
        study = optuna.create_study(directions=directions, sampler=PerTrialSampler(settings.sampler))
        for _ in range(_enough(settings.sampler)):
            trial = study.ask()
            space.suggest(trial, master)
            study.tell(trial, [numbers.random() for _ in directions])
    except SweepError:
        raise
    except Exception as error:
        if "Study.stop" in str(error):
            return  # a brute force has tried all there is
        raise SweepError(f"hydra.sweeper.sampler: {reason(error)}") from None


def _rehearse_pruner(settings: Settings) -> None:
    directions: list[Any] = list(settings.directions)
    numbers = random.Random(0)
    try:
        pruner = make_pruner(settings.pruner)
        study = optuna.create_study(directions=directions, sampler=RandomSampler(seed=0), pruner=pruner)
        for _ in range(_enough(settings.pruner)):
            trial = study.ask()
            _report(trial, numbers)
            study.tell(trial, numbers.random())
    except SweepError:
        raise
    except Exception as error:
        raise SweepError(f"hydra.sweeper.pruner: {reason(error)}") from None


def _report(trial: Trial, numbers: random.Random) -> None:
    for step in range(1, STEPS + 1):
        trial.report(numbers.random(), step)
        trial.should_prune()


def _enough(config: dict[str, Any]) -> int:
    """The trials after which one more is drawn, or judged, by what the earlier ones have shown."""
    counts = [config.get("n_startup_trials", 10), config.get("population_size", 0)]
    return min(MOST_TRIALS, 2 + max(count if isinstance(count, int) else 0 for count in counts))


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna's remarks on a study in memory are about no study of the user's."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)
