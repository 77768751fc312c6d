"""What `hydra.sweeper` says, checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeps.errors import SweepError, one_line

DIRECTIONS = ("minimize", "maximize")
# Pruners that stop a trial at rungs; sweeps.halving has those with which it may go on.
HALVING = ("optuna.pruners.HyperbandPruner", "optuna.pruners.SuccessiveHalvingPruner")
DEFAULT_TRIALS = 20  # of a space that is sampled, where no budget is named


@dataclass(frozen=True)
class Settings:
    """The sweeper's configuration; docs/sweeping.md explains every field.

    Attributes:
        study_name: None for a name made from the command.
        storage: a URL or a path; None for a journal in the study's folder.
        directions: one an objective.
        objective: names in the job's `record.json`; None for what the job returns.
        params: the search space in YAML.
        conditions: when parameters exist.
        custom_search_space: dotted path of a function that suggests parameters.
        sampler: Optuna's, as `hydra.utils.instantiate` takes it; its `_target_` may be `auto` or `grid`.
        pruner: likewise.
        enqueue: combinations to try first.
        enqueue_best: of another study, `{storage, study_name, k}`.
        n_trials: budget of trials that end COMPLETE or PRUNED.
        timeout: budget of seconds during which trials ran.
        target: an objective value that is good enough.
        max_failures: so many failed trials are borne, one more stops the sweep; None for any number.
        retries: so often a trial that raised is tried again.
        trial_timeout: seconds without a report after which a trial is ended; None for any time.
        renew_after_trials: so many trials a process of a worker runs; None for any number.
        renew_after_growth: MiB by which such a process may grow; None for any.
        n_workers: trials at a time.
        threads_per_worker: None for a worker's share of the machine.
        heartbeat_interval: seconds between a worker's signs of life.
        grace_period: seconds without one after which a trial on another machine counts as dead.
        check: dotted path of a function `(cfg) -> None` that raises for a configuration that cannot run.
        process_wide: fields that must have one value in all trials, which may share a process.
        ignore: patterns of fields that say where and how a job runs, not what it computes.
        threads_key: the field that takes the number of threads of a trial.
        replicates: how often each combination is run, with different seeds; its value is their mean.
        seed_key: the field that takes the seed of a replicate.
        can_continue: the program goes on with a stopped trial where `sweeps.continued_from` gives its folder.
        promote: a stopped trial goes on when it is good enough after all; None for where a halving pruner
            meets a program that can continue.
        dry_run: say what would be done, and do nothing.
    """

    study_name: str | None
    storage: str | None
    directions: tuple[str, ...]
    objective: tuple[str, ...] | None
    params: dict[str, Any]
    conditions: dict[str, Any]
    custom_search_space: str | None
    sampler: dict[str, Any]
    pruner: dict[str, Any]
    enqueue: tuple[Any, ...]
    enqueue_best: dict[str, Any] | None
    n_trials: int | None
    timeout: float | None
    target: float | None
    max_failures: int | None
    retries: int
    trial_timeout: float | None
    renew_after_trials: int | None
    renew_after_growth: float | None
    n_workers: int
    threads_per_worker: int | None
    heartbeat_interval: float
    grace_period: float
    check: str | None
    process_wide: tuple[str, ...]
    ignore: tuple[str, ...]
    threads_key: str | None
    replicates: int
    seed_key: str | None
    can_continue: bool
    promote: bool | None
    dry_run: bool

    @property
    def several(self) -> bool:
        """Whether there are several objectives."""
        return len(self.directions) > 1

    @property
    def minimize(self) -> bool:
        """Whether less is better, of the one objective."""
        return self.directions[0] == "minimize"

    @property
    def halving(self) -> bool:
        """Whether the pruner stops trials at rungs."""
        return self.pruner["_target_"] in HALVING

    @property
    def supervised(self) -> bool:
        """Whether workers run their trials in processes of their own, which they can end and replace."""
        limits = (self.trial_timeout, self.renew_after_trials, self.renew_after_growth)
        return any(limit is not None for limit in limits)

    @property
    def promotes(self) -> bool:
        """Whether stopped trials may go on."""
        return self.can_continue and self.halving if self.promote is None else self.promote


def settings_from(config: DictConfig) -> Settings:
    """Reads `hydra.sweeper` of a composed configuration.

    Raises:
        SweepError: a value is not allowed.
    """
    try:
        raw = OmegaConf.to_container(config.hydra.sweeper, resolve=True)
    except OmegaConfBaseException as error:
        raise SweepError(one_line(f"hydra.sweeper: {error}")) from None
    assert isinstance(raw, dict)
    take = _Taker({str(key): value for key, value in raw.items()})
    directions = take.texts("direction", DIRECTIONS) or ("minimize",)
    objective = take.texts("objective")
    if objective and len(objective) != len(directions):
        raise SweepError(
            f"hydra.sweeper.objective={list(objective)}: must name as many values as hydra.sweeper.direction "
            f"has directions ({len(directions)})"
        )
    settings = Settings(
        study_name=take.name("study_name"),
        storage=take.text("storage"),
        directions=directions,
        objective=objective or None,
        params=take.mapping("params"),
        conditions=take.mapping("conditions"),
        custom_search_space=take.text("custom_search_space"),
        sampler=take.component("sampler", config),
        pruner=take.component("pruner", config),
        enqueue=take.items("enqueue"),
        enqueue_best=take.mapping("enqueue_best") or None,
        n_trials=take.whole("n_trials", 1, optional=True),
        timeout=take.number("timeout", above=0, optional=True),
        target=take.number("target", optional=True),
        max_failures=take.whole("max_failures", 0, optional=True),
        retries=take.whole("retries", 0) or 0,
        trial_timeout=take.number("trial_timeout", above=0, optional=True),
        renew_after_trials=take.whole("renew_after_trials", 1, optional=True),
        renew_after_growth=take.number("renew_after_growth", above=0, optional=True),
        n_workers=take.whole("n_workers", 1) or 1,
        threads_per_worker=take.whole("threads_per_worker", 1, optional=True),
        heartbeat_interval=take.number("heartbeat_interval", above=0) or 0.0,
        grace_period=take.number("grace_period", above=0) or 0.0,
        check=take.text("check"),
        process_wide=take.texts("process_wide"),
        ignore=take.texts("ignore"),
        threads_key=take.text("threads_key"),
        replicates=take.whole("replicates", 1) or 1,
        seed_key=take.text("seed_key"),
        can_continue=take.flag("can_continue"),
        promote=take.optional_flag("promote"),
        dry_run=take.flag("dry_run"),
    )
    _require_consistent(settings)
    return settings


def _require_consistent(settings: Settings) -> None:
    if settings.grace_period < 2 * settings.heartbeat_interval:
        raise SweepError(
            f"hydra.sweeper.grace_period={settings.grace_period:g}: must be at least twice "
            f"hydra.sweeper.heartbeat_interval ({settings.heartbeat_interval:g})"
        )
    if settings.replicates > 1 and settings.seed_key is None:
        raise SweepError(
            f"hydra.sweeper.replicates={settings.replicates}: needs hydra.sweeper.seed_key, the field that "
            "takes a replicate's seed"
        )
    if settings.replicates > 1 and settings.several:
        raise SweepError(f"hydra.sweeper.replicates={settings.replicates}: must be 1 with several directions")
    if settings.promote and not settings.halving:
        raise SweepError(
            "hydra.sweeper.promote=true: needs hydra/sweeper/optuna_study/pruner=hyperband or "
            "successive_halving"
        )
    if not settings.several:
        return
    if settings.pruner["_target_"] != "optuna.pruners.NopPruner":
        raise SweepError("hydra/sweeper/optuna_study/pruner: must be none with several directions")
    if settings.target is not None:
        raise SweepError(f"hydra.sweeper.target={settings.target:g}: must be null with several directions")


class _Taker:
    """Takes fields out of the raw mapping, each by its rule."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw

    def _refuse(self, name: str, allowed: str) -> SweepError:
        value = self._raw.get(name)
        shown = "null" if value is None else str(value)
        return SweepError(f"hydra.sweeper.{name}={shown}: must be {allowed}")

    def text(self, name: str) -> str | None:
        value = self._raw.get(name)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self._refuse(name, "a text or null")
        return value

    def name(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not re.fullmatch(r"\w[\w .,:=+@-]*", value):
            raise self._refuse(name, "a name: letters, digits and any of .,:=+@_- and blanks, a letter first")
        return value

    def texts(self, name: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self._raw.get(name)
        values = [] if value is None else value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) and (not allowed or item in allowed) for item in values):
            raise self._refuse(
                name, f"one of {', '.join(allowed)}, or a list" if allowed else "a list of texts"
            )
        return tuple(values)

    def items(self, name: str) -> tuple[Any, ...]:
        value = self._raw.get(name)
        if value is not None and not isinstance(value, list):
            raise self._refuse(name, "a list")
        return tuple(value or ())

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._raw.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise self._refuse(name, "a mapping or null")
        return {str(key): item for key, item in (value or {}).items()}

    def component(self, name: str, config: DictConfig) -> dict[str, Any]:
        value = self._raw.get(name)
        if not isinstance(value, Mapping) or "_target_" not in value:
            if isinstance(value, str):
                raise SweepError(
                    f"hydra.sweeper.{name}={value}: must be a mapping; "
                    f"hydra/sweeper/optuna_study/{name}={value} takes an option"
                )
            choice = config.hydra.runtime.choices.get(f"hydra/sweeper/optuna_study/{name}")
            raise SweepError(f"hydra/sweeper/optuna_study/{name}={choice}: no such option")
        return {str(key): item for key, item in value.items()}

    def flag(self, name: str) -> bool:
        value = self._raw.get(name)
        if not isinstance(value, bool):
            raise self._refuse(name, "true or false")
        return value

    def optional_flag(self, name: str) -> bool | None:
        value = self._raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._refuse(name, "true, false or null")
        return value

    def whole(self, name: str, least: int, optional: bool = False) -> int | None:
        value = self._raw.get(name)
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._refuse(name, f"a whole number of at least {least}" + (" or null" if optional else ""))
        return value

    def number(self, name: str, above: float | None = None, optional: bool = False) -> float | None:
        value = self._raw.get(name)
        if value is None and optional:
            return None
        wrong = isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value)
        if wrong or (above is not None and value <= above):  # type: ignore[operator]
            words = "a number" if above is None else f"a number above {above:g}"
            raise self._refuse(name, words + (" or null" if optional else ""))
        return float(value)  # type: ignore[arg-type]
