"""What `hydra.sweeper` says, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeps.errors import SweepError, composition_error
from sweeps.fields import Fields, shown
from sweeps.study.objective import DIRECTIONS, Objective

# Pruners that stop a trial at rungs; sweeps.halving has those with which it may go on.
HALVING = ("optuna.pruners.HyperbandPruner", "optuna.pruners.SuccessiveHalvingPruner")
# What would bring a machine down, or overflow, is a slip of the keyboard.
MOST_WORKERS, MOST_THREADS, MOST_REPLICATES, LONGEST_BEAT = 10_000, 4_096, 10_000, 86_400
HYDRAS_OWN = ("_target_", "_recursive_")  # fields, which Hydra takes
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
    def objectives(self) -> tuple[Objective, ...]:
        """With the names that the job's record has for them, where it is asked."""
        return tuple(map(Objective, self.directions, self.objective or [None] * len(self.directions)))

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
    take = Fields(_raw(config))
    directions = take.texts("direction", DIRECTIONS)
    objective = take.texts("objective")
    if objective and (len(objective) != len(directions) or len(set(objective)) < len(objective)):
        raise SweepError(
            f"hydra.sweeper.objective={list(objective)}: must name as many values as hydra.sweeper.direction "
            f"has directions ({len(directions)}), each once"
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
        n_workers=take.whole("n_workers", 1, MOST_WORKERS) or 1,
        threads_per_worker=take.whole("threads_per_worker", 1, MOST_THREADS, optional=True),
        heartbeat_interval=take.number("heartbeat_interval", above=0, most=LONGEST_BEAT) or 0.0,
        grace_period=take.number("grace_period", above=0) or 0.0,
        check=take.text("check"),
        process_wide=take.texts("process_wide"),
        ignore=take.texts("ignore"),
        threads_key=take.text("threads_key"),
        replicates=take.whole("replicates", 1, MOST_REPLICATES) or 1,
        seed_key=take.text("seed_key"),
        can_continue=take.flag("can_continue"),
        promote=take.optional_flag("promote"),
        dry_run=take.flag("dry_run"),
    )
    take.require_all_taken(HYDRAS_OWN)
    _require_consistent(settings)
    return settings


def _raw(config: DictConfig) -> dict[str, Any]:
    """`hydra.sweeper` as plain values."""
    sweeper = config.hydra.get("sweeper")
    if not isinstance(sweeper, DictConfig):
        raise SweepError(
            f"hydra.sweeper={shown(sweeper)}: must be a mapping; hydra/sweeper=optuna_study takes ours"
        )
    try:
        raw = OmegaConf.to_container(sweeper, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise composition_error(error) from None
    assert isinstance(raw, dict)
    return {str(key): value for key, value in raw.items()}


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
