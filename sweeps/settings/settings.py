"""What `hydra.sweeper` says, checked. A field is written here once: its kind, its rule, its default."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeps.errors import SweepError, composition_error
from sweeps.settings.rules import (
    Component,
    Flag,
    Items,
    Name,
    Number,
    NumberOrWord,
    Pairs,
    Patterns,
    Rule,
    Text,
    Texts,
    Whole,
    Word,
    shown,
)
from sweeps.study.objective import DIRECTIONS, Objective

# Pruners that stop a trial at rungs; sweeps.search.halving has those with which it may be promoted.
HALVING = ("optuna.pruners.HyperbandPruner", "optuna.pruners.SuccessiveHalvingPruner")
# What would bring a machine down, or overflow, is a slip of the keyboard.
MOST_WORKERS, MOST_THREADS, MOST_REPLICATES, LONGEST_BEAT = 10_000, 4_096, 10_000, 86_400
HYDRAS_OWN = ("_target_", "_recursive_")  # fields, which Hydra takes
NOISE = "noise"  # of `hydra.sweeper.stop_when`
PROGRESS = ("auto", "rich", "plain", "none")
DEFAULT_TRIALS = 20  # of a space that is sampled, where no budget is named


def _field(rule: Rule, default: Any = None, key: str | None = None) -> Any:
    """A field of `hydra.sweeper`.

    Args:
        rule: what it may hold.
        default: as in YAML.
        key: its name there, where that is another.
    """
    return field(metadata={"rule": rule, "default": default, "key": key})


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
        stop_when: an expected gain of all trials left, below which they are not worth it; `noise` for what
            seeds do; None for never.
        max_failures: so many failed trials are borne, one more stops the sweep; None for any number.
        retries: so often a trial that raised is tried again.
        trial_timeout: seconds without a report after which a trial is ended; None for any time.
        renew_after_trials: so many trials a process of a worker runs; None for any number.
        renew_after_growth: MiB by which such a process may grow; None for any.
        n_workers: trials at a time.
        threads_per_worker: None for a worker's share of the machine.
        heartbeat_interval: seconds between a worker's signs of life.
        grace_period: seconds without one after which a trial on another machine counts as dead.
        check: dotted path of a function, which takes a configuration, and raises for one that
            cannot run.
        process_wide: fields that must have one value in all trials, which may share a process.
        ignore: patterns of fields that say where and how a job runs, not what it computes.
        accept_new_fields: go on with a study begun before the configuration had some of its fields.
        threads_key: the field that takes the number of threads of a trial.
        replicates: how often each combination is run, with different seeds; its value is their mean.
        seed_keys: the fields that take the seed of a replicate.
        finalists: so many of the best run again when the search has ended, with seeds of their own; None for
            none.
        final_replicates: with how many seeds each, where it does not lose before.
        can_continue: the program resumes a stopped trial, or one that was cut off, where
            `sweeps.continued_from` gives its folder.
        promote: a stopped trial is resumed when it is good enough after all; None for where a halving pruner
            meets a program that can.
        artifacts: patterns of files in a trial's folder that are kept with the study, for optuna-dashboard.
        columns: of a trial's `record.json`, that tables on the terminal show, with their headings (None: the
            column's own name), the most important first; a narrow terminal drops the last ones.
        progress: how a sweep is shown while it runs: `rich`, a live table; `plain`, lines; `none`; `auto`, a
            table on a terminal and lines elsewhere.
        dry_run: say what would be done, and run nothing.
    """

    study_name: str | None = _field(Name())
    storage: str | None = _field(Text())
    directions: tuple[str, ...] = _field(Texts(DIRECTIONS), DIRECTIONS[0], key="direction")
    objective: tuple[str, ...] | None = _field(Texts(optional=True))
    params: dict[str, Any] = _field(Pairs())
    conditions: dict[str, Any] = _field(Pairs())
    custom_search_space: str | None = _field(Text())
    sampler: dict[str, Any] = _field(Component())
    pruner: dict[str, Any] = _field(Component())
    enqueue: tuple[Any, ...] = _field(Items(), ())
    enqueue_best: dict[str, Any] | None = _field(Pairs(optional=True))
    n_trials: int | None = _field(Whole(1, optional=True))
    timeout: float | None = _field(Number(above=0, optional=True))
    target: float | None = _field(Number(optional=True))
    stop_when: float | str | None = _field(NumberOrWord(NOISE))
    max_failures: int | None = _field(Whole(0, optional=True), 5)
    retries: int = _field(Whole(0), 0)
    trial_timeout: float | None = _field(Number(above=0, optional=True))
    renew_after_trials: int | None = _field(Whole(1, optional=True))
    renew_after_growth: float | None = _field(Number(above=0, optional=True))
    n_workers: int = _field(Whole(1, MOST_WORKERS), 1)
    threads_per_worker: int | None = _field(Whole(1, MOST_THREADS, optional=True))
    heartbeat_interval: float = _field(Number(above=0, most=LONGEST_BEAT), 15)
    grace_period: float = _field(Number(above=0), 60)
    check: str | None = _field(Text())
    process_wide: tuple[str, ...] = _field(Texts(), ())
    ignore: tuple[str, ...] = _field(Texts(), ())
    accept_new_fields: bool = _field(Flag(), False)
    threads_key: str | None = _field(Text())
    replicates: int = _field(Whole(1, MOST_REPLICATES), 1)
    seed_keys: tuple[str, ...] | None = _field(Texts(optional=True), key="seed_key")
    finalists: int | None = _field(Whole(1, MOST_REPLICATES, optional=True))
    final_replicates: int = _field(Whole(2, MOST_REPLICATES), 5)
    can_continue: bool = _field(Flag(), False)
    promote: bool | None = _field(Flag(optional=True))
    artifacts: tuple[str, ...] = _field(Patterns())
    columns: dict[str, str | None] = _field(Pairs(), {})
    progress: str = _field(Word(PROGRESS), PROGRESS[0])
    dry_run: bool = _field(Flag(), False)

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
        """Whether stopped trials may be resumed."""
        return self.can_continue and self.halving if self.promote is None else self.promote


# By their names in YAML.
_FIELDS = {own.metadata["key"] or own.name: own for own in fields(Settings)}


def defaults() -> dict[str, Any]:
    """Every field of `hydra.sweeper` with its default, as in YAML."""
    return {key: own.metadata["default"] for key, own in _FIELDS.items()}


def settings_from(config: DictConfig) -> Settings:
    """Reads `hydra.sweeper` of a composed configuration.

    Raises:
        SweepError: a value is not allowed.
    """
    raw = _raw(config)
    values = {own.name: own.metadata["rule"].taken(key, raw.get(key), config) for key, own in _FIELDS.items()}
    _require_known(raw)
    settings = Settings(**values)
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


def _require_known(raw: dict[str, Any]) -> None:
    """Refuses fields that there are not: they would mean nothing."""
    for name in raw.keys() - _FIELDS.keys() - set(HYDRAS_OWN):
        near = difflib.get_close_matches(name, _FIELDS, n=1, cutoff=0.5)
        hint = f"; did you mean hydra.sweeper.{near[0]}?" if near else "; docs/sweeping.md has all fields"
        raise SweepError(f"hydra.sweeper.{name}={shown(raw[name])}: there is no such field{hint}")


def _require_consistent(settings: Settings) -> None:
    for name, heading in settings.columns.items():
        if heading is not None and not isinstance(heading, str):
            raise SweepError(f"hydra.sweeper.columns.{name}={shown(heading)}: must be a heading or null")
    names, directions = settings.objective, settings.directions
    if names and (len(names) != len(directions) or len(set(names)) < len(names)):
        raise SweepError(
            f"hydra.sweeper.objective={list(names)}: must name as many values as hydra.sweeper.direction "
            f"has directions ({len(directions)}), each once"
        )
    if settings.grace_period < 2 * settings.heartbeat_interval:
        raise SweepError(
            f"hydra.sweeper.grace_period={settings.grace_period:g}: must be at least twice "
            f"hydra.sweeper.heartbeat_interval ({settings.heartbeat_interval:g})"
        )
    if settings.replicates > 1 and settings.seed_keys is None:
        raise SweepError(
            f"hydra.sweeper.replicates={settings.replicates}: needs hydra.sweeper.seed_key, the field that "
            "takes a replicate's seed"
        )
    if settings.finalists is not None and settings.seed_keys is None:
        raise SweepError(
            f"hydra.sweeper.finalists={settings.finalists}: needs hydra.sweeper.seed_key, the field that "
            "takes a finalist's seeds"
        )
    if settings.finalists is not None and settings.several:
        raise SweepError(
            f"hydra.sweeper.finalists={settings.finalists}: must be null with several directions"
        )
    if settings.replicates > 1 and settings.several:
        raise SweepError(f"hydra.sweeper.replicates={settings.replicates}: must be 1 with several directions")
    if settings.stop_when is not None and settings.several:
        raise SweepError("hydra.sweeper.stop_when: must be null with several directions")
    if settings.stop_when == NOISE and settings.replicates < 2:
        raise SweepError(
            f"hydra.sweeper.stop_when={NOISE}: needs hydra.sweeper.replicates of 2 or more, which show it; "
            "or give a number, in the objective's unit"
        )
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
