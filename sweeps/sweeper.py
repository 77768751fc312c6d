"""A sweep from the command line to its summary."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hydra.core.hydra_config import HydraConfig
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict
from optuna.study import Study
from optuna.trial import TrialState

from sweeps import attributes, narration
from sweeps.budget import Budget, Verdict, budget_of
from sweeps.composition import Composer
from sweeps.errors import SweepError, SweepInterruptedError, one_line
from sweeps.fingerprint import Spec, checked_spec
from sweeps.launching import launch, require_room
from sweeps.leases import Watch
from sweeps.machine import Share
from sweeps.naming import program, study_name
from sweeps.opening import best_of_another, open_study
from sweeps.queue import enqueue_missing, enqueue_retries, fail_dead, warm_starts
from sweeps.samplers import make_pruner, make_sampler
from sweeps.settings import Settings, settings_from
from sweeps.space import Space, parse_space
from sweeps.space.space import load_function
from sweeps.storage import StorageLocation, locate, masked, without_passwords
from sweeps.study_folder import StudyFolder
from sweeps.tally import Tally, tally
from sweeps.worker import Worker

LARGEST_GRID = 10_000
EXIT_CODES: dict[Verdict, int] = {"met": 0, "go on": 1, "failures": 1, "exhausted": 1}


def run_sweep(context: HydraContext, task: TaskFunction, config: DictConfig, arguments: Sequence[str]) -> None:
    """Runs a multirun to its end.

    Raises:
        SystemExit: 1 stopped by failures, 2 bad input (before any worker starts), 128 + n by signal n.
    """
    try:
        plan = prepare(context, config, arguments)
        code = _Sweep(plan, context, task).run()
    except SweepError as error:
        print(f"error: {without_passwords(one_line(error, 2000))}", file=sys.stderr, flush=True)
        sys.exit(2)
    if code:
        sys.exit(code)


@dataclass(frozen=True)
class Plan:
    """All that a sweep is, settled and checked before anything is written.

    Attributes:
        config: the sweep's configuration, with its folder settled and without passwords.
        name: of the study.
        grid: whether it is the full grid.
    """

    config: DictConfig
    settings: Settings
    space: Space
    spec: Spec
    name: str
    grid: bool
    budget: Budget
    folder: StudyFolder
    storage: StorageLocation
    composer: Composer


def prepare(context: HydraContext, config: DictConfig, arguments: Sequence[str]) -> Plan:
    """Reads and checks everything; writes nothing.

    Raises:
        SweepError: something is wrong.
    """
    settings = settings_from(config)
    space = parse_space(
        arguments, settings.params, settings.conditions, settings.custom_search_space, context.config_loader
    )
    if space.function is not None:
        load_function(space.function, "hydra.sweeper.custom_search_space")
    grid = _is_grid(settings, space)
    require_room(config.hydra.launcher, settings.n_workers)
    make_pruner(settings.pruner)
    if not grid:
        make_sampler(settings.sampler, 0)
    name = study_name(str(config.hydra.job.name), arguments, settings, space)
    folder = StudyFolder(_settle_folder(config, name))
    storage = locate(settings.storage, folder.path)
    _mask_passwords(config)
    composer = Composer(context.config_loader.get_search_path(), config)
    check = load_function(settings.check, "hydra.sweeper.check") if settings.check is not None else None
    spec = checked_spec(space, composer, settings, check)
    warm_starts(settings, space, ())
    return Plan(
        config, settings, space, spec, name, grid, budget_of(settings, grid), folder, storage, composer
    )


def _is_grid(settings: Settings, space: Space) -> bool:
    kind = settings.sampler["_target_"]
    if kind == "grid" and not space.finite:
        endless = [parameter.name for parameter in space.parameters if parameter.values is None]
        raise SweepError(
            f"hydra/sweeper/optuna_study/sampler=grid: {', '.join(endless) or 'hydra.sweeper.custom_search_space'} has no "
            "finite number of values"
        )
    if kind not in ("auto", "grid") or not space.finite:
        return False
    if space.size_bound > LARGEST_GRID:
        raise SweepError(
            f"hydra/sweeper/optuna_study/sampler={kind}: the full grid has {space.size_bound:,} combinations, more than "
            f"{LARGEST_GRID:,}; hydra/sweeper/optuna_study/sampler=tpe samples them"
        )
    return True


def _sampler_name(settings: Settings) -> str:
    kind = settings.sampler["_target_"]
    return "TPESampler" if kind == "auto" else str(kind).rpartition(".")[2]


def _settle_folder(config: DictConfig, name: str) -> Path:
    """Settles `hydra.sweep.dir`; the study's name takes the place of a time stamp in it, with which no
    command would find its study again."""
    raw = str(config.hydra.sweep._get_node("dir")._value())
    with open_dict(config):
        config.hydra.sweeper.study_name = name
        if "${now:" in raw:
            parts = raw.split("/")
            stamped = next(index for index, part in enumerate(parts) if "${now:" in part)
            config.hydra.sweep.dir = "/".join([*parts[:stamped], name])
        folder = Path(str(config.hydra.sweep.dir)).expanduser().absolute()
        config.hydra.sweep.dir = str(folder)
        # Jobs are composed anew, from these.
        quoted = str(folder).replace("\\", "\\\\").replace("'", "\\'")
        config.hydra.overrides.hydra += [f"hydra.sweep.dir='{quoted}'", f"++hydra.sweeper.study_name='{name}'"]
    return folder


def _mask_passwords(config: DictConfig) -> None:
    with open_dict(config):
        node = config.hydra.sweeper._get_node("storage")
        if node is not None and isinstance(node._value(), str) and "://" in node._value():
            config.hydra.sweeper.storage = masked(node._value())
        config.hydra.overrides.hydra = [without_passwords(str(word)) for word in config.hydra.overrides.hydra]


class _Sweep:
    """A sweep while it runs."""

    def __init__(self, plan: Plan, context: HydraContext, task: TaskFunction) -> None:
        self._plan, self._context, self._task = plan, context, task
        plan.folder.make()
        self._study: Study = open_study(plan)
        self._watch = Watch(plan.folder.leases, plan.settings.grace_period)
        self._share = Share.of_this_machine(plan.settings.n_workers, plan.settings.threads_per_worker)

    def run(self) -> int:
        plan = self._plan
        self._enqueue()
        size = sum(1 for _ in plan.space.combinations()) if plan.grid else 0
        searching = f"all {size} combinations" if plan.grid else f"sampled by {_sampler_name(plan.settings)}"
        narration.announce(
            plan.name, plan.folder.path, plan.space.described(), plan.budget, self._tally(), searching
        )
        with _signals():
            try:
                self._until_done()
            except (KeyboardInterrupt, SweepInterruptedError) as error:
                signum = getattr(error, "signum", signal.SIGINT)
                return self._interrupted(signum)
        return self._summary()

    def _enqueue(self) -> None:
        plan = self._plan
        with plan.folder.locked():
            fail_dead(self._study, plan.folder.path, self._watch, attributes.LOST, "its worker died")
            enqueue_retries(self._study, plan.settings.retries)
            best = best_of_another(plan)
            enqueue_missing(self._study, warm_starts(plan.settings, plan.space, best))
            if plan.grid:
                enqueue_missing(self._study, plan.space.combinations())

    def _until_done(self) -> None:
        """Launches workers until nothing more may start; lost workers are replaced while there is progress."""
        fruitless = 0
        waiting_since: float | None = None
        while self._plan.budget.verdict(before := self._tally()) == "go on":
            if self._plan.budget.may_start(before):
                waiting_since = None
                lost = self._launch()
                self._rescue(lost)
                after = self._tally()
                progress = (after.finished, after.failed + after.retried) != (before.finished, before.failed + before.retried)
                fruitless = 0 if after.finished > before.finished or (progress and lost is None) else fruitless + 1
                if lost is not None:
                    narration.say(f"lost workers: {one_line(lost, 300)}")
                if fruitless >= 3:
                    narration.say("stopped: workers ended three times in a row without finishing a trial")
                    return
                continue
            if waiting_since is None:
                waiting_since = time.monotonic()
                narration.say(f"waiting for {before.running} trials of other processes")
            time.sleep(1.0)
            self._rescue(None)

    def _launch(self) -> str | None:
        plan = self._plan
        left = self._wanted()
        first = plan.folder.claim_workers(left)
        worker = Worker(
            self._task,
            plan.config,
            self._context.config_loader.get_search_path(),
            plan.name,
            plan.storage,
            plan.folder,
            plan.settings,
            plan.space,
            plan.budget,
            self._share,
        )
        overrides = [*plan.space.fixed, *plan.space.overrides(plan.space.first())]
        try:
            return launch(worker, self._context.config_loader, plan.config, overrides, first, left)
        except Exception as error:
            return without_passwords(f"{type(error).__name__}: {error}")

    def _wanted(self) -> int:
        """No more workers than there are trials left to run."""
        plan, now = self._plan, self._tally()
        left = plan.settings.n_workers
        if plan.grid:
            left = min(left, now.waiting)
        if plan.budget.n_trials is not None:
            left = min(left, plan.budget.n_trials - now.finished - now.running)
        return max(1, left)

    def _rescue(self, lost: str | None) -> None:
        said = "its worker died" + (f" ({one_line(lost, 300)})" if lost else "")
        with self._plan.folder.locked():
            fail_dead(self._study, self._plan.folder.path, self._watch, attributes.LOST, said)
            enqueue_retries(self._study, self._plan.settings.retries)

    def _interrupted(self, signum: int) -> int:
        name = signal.Signals(signum).name
        with self._plan.folder.locked():
            fail_dead(self._study, self._plan.folder.path, self._watch, attributes.INTERRUPTED, f"stopped by {name}")
            enqueue_retries(self._study, self._plan.settings.retries)
        print(f"\nstopped by {name}", file=sys.stderr)
        self._summary()
        return 128 + signum

    def _summary(self) -> int:
        plan, now = self._plan, self._tally()
        verdict = plan.budget.verdict(now)
        narration.summarize(
            self._study, now, verdict, plan.budget, plan.folder.path, program(), plan.settings.several
        )
        return EXIT_CODES[verdict]

    def _tally(self) -> Tally:
        return tally(self._study.get_trials(deepcopy=False), self._plan.settings.minimize)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Within it, SIGTERM stops the sweep as Ctrl-C does."""

    def stop(signum: int, _frame: object) -> None:
        raise SweepInterruptedError(signum)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
