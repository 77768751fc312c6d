"""A worker: asks the study for a trial, runs the job, tells the result, until the budget is met.

Hydra's launcher runs it as one long job in place of the program's own.
"""

from __future__ import annotations

import math
import os
import platform
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import optuna
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import configure_log
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps import attributes, result_file, signals
from sweeps.asking import ask, is_surplus
from sweeps.budget import Budget
from sweeps.composition import Composer, with_copies_first
from sweeps.continuation import continuation_of, stopped_folder
from sweeps.continuing import continuing
from sweeps.errors import SweepError, SweepInterruptedError, reason
from sweeps.job import Outcome, run_trial_job
from sweeps.leases import Lease, claim_of
from sweeps.ledger import Ledger
from sweeps.machine import Share
from sweeps.narration import tell_continuation, tell_outcome
from sweeps.promotion import enqueue_promotion
from sweeps.pulse import pulsing
from sweeps.queue import enqueue_retries
from sweeps.replication import first_seed, replicate_overrides
from sweeps.reporting import reporting_to
from sweeps.samplers import PerTrialSampler, make_pruner
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.storage import StorageLocation
from sweeps.study_folder import StudyFolder, trial_subfolder
from sweeps.tally import tally
from sweeps.wear import Wear


@dataclass(frozen=True)
class Worker:
    """What a launcher runs as a job; holds all that a worker needs, and can be pickled.

    Attributes:
        task: the program's own function.
        master: the sweep's configuration.
        search_path: of the program's configuration.
        study_name: of the study, which exists.
        storage: where it is.
        folder: of the study.
        settings: of the sweeper.
        space: what to search.
        budget: how long.
        share: of the machine.
        alone: whether it is launched without others.
        only_suspects: run only trials on whose last try a worker died.
    """

    task: TaskFunction
    master: DictConfig
    search_path: ConfigSearchPath
    study_name: str
    storage: StorageLocation
    folder: StudyFolder
    settings: Settings
    space: Space
    budget: Budget
    share: Share
    alone: bool
    only_suspects: bool

    def __call__(self, cfg: DictConfig) -> None:
        """Works until nothing more may start."""
        number = int(HydraConfig.get().job.num)
        with signals.stopping_on_signals(), self.folder.at_work(number):
            threads = self.share.settle(number)
            try:
                if self.settings.supervised:
                    from sweeps.supervisor import supervise

                    supervise(self, number, threads)
                else:
                    self.loop(number, threads)
            except Exception:
                signals.check()
                raise

    def loop(self, number: int, threads: int) -> bool:
        """Runs trials in this process until nothing more may start, or the process is to be renewed.

        Args:
            number: of the worker.
            threads: of its share of the machine.

        Returns:
            whether it is to be renewed.
        """
        return _Loop(self, number, threads).run()


class _Placed(NamedTuple):
    """A trial that this worker has taken, with its parameters drawn and its folder made."""

    trial: Trial
    lease: Lease
    overrides: list[str]
    subfolder: str


class _Loop:
    def __init__(self, worker: Worker, number: int, threads: int) -> None:
        self._worker, self._number, self._threads = worker, number, threads
        self._parent = os.getppid()
        self._own: Any = HydraConfig.get()
        search_path = with_copies_first(worker.search_path, worker.folder.conf)
        self._composer = Composer(search_path, worker.master)
        self._context = HydraContext(
            config_loader=ConfigLoaderImpl(search_path), callbacks=Callbacks(worker.master)
        )
        self._study: Study = optuna.load_study(
            study_name=worker.study_name,
            storage=worker.storage.open(),
            sampler=PerTrialSampler(worker.settings.sampler),
            pruner=make_pruner(worker.settings.pruner),
        )
        self._ledger = Ledger(self._study, worker.folder)
        self._pulse = worker.folder.pulse_of(number) if worker.settings.supervised else None
        self._wear = Wear(worker.settings.renew_after_trials, worker.settings.renew_after_growth)

    def run(self) -> bool:
        # An orphan goes on with its trial, but asks for no other: the sweep's own process is gone.
        stop = self._worker.folder.stop_mark(self._number)
        while os.getppid() == self._parent and not stop.exists():
            signals.check()
            placed = self._ask()
            if placed is None:
                break
            try:
                self._run(*placed)
            finally:
                placed.lease.release()
            if self._wear.is_out():
                return True
        return False

    def _ask(self) -> _Placed | None:
        worker = self._worker
        claim = claim_of(worker.folder.leases) | self._place
        with worker.folder.locked():
            enqueue_retries(self._study, worker.settings.retries)
            if (
                worker.settings.promotes
                and not worker.only_suspects
                and worker.budget.may_promote(self._tally())
            ):
                enqueue_promotion(self._study)
            while worker.budget.may_start(self._tally()):
                taken = ask(
                    self._study,
                    worker.alone,
                    worker.only_suspects,
                    not worker.budget.grid,
                    lambda trial: Lease(worker.folder.leases, trial, worker.settings.heartbeat_interval),
                    claim,
                )
                if taken is None:
                    return None
                try:
                    trials = self._study.get_trials(deepcopy=False)
                    if not is_surplus(trials, trials[taken.trial.number], worker.budget):
                        return _Placed(*taken, *self._placed(taken.trial, claim))
                    said = "another process had taken the last of the budget"
                    self._fail(taken.trial, attributes.SURPLUS, said)
                except BaseException as error:
                    self._fail(taken.trial, attributes.RAISED, reason(error))
                    taken.lease.release()
                    raise
                taken.lease.release()
        return None

    @property
    def _place(self) -> dict[str, Any]:
        """What a trial's job says of its worker."""
        return {"worker": self._number, "machine": platform.node(), "threads": self._threads}

    def _placed(self, trial: Trial, claim: Mapping[str, Any]) -> tuple[list[str], str]:
        """Draws the trial's parameters, claims its folder and writes both down."""
        space, folder = self._worker.space, self._worker.folder
        params = space.suggest(trial, self._worker.master)
        overrides = [*space.fixed, *space.overrides(params), *self._thread_override()]
        subfolder = folder.claim_trial(self._subfolder(trial.number, overrides))
        job = {**claim, "folder": subfolder, "overrides": overrides}
        if self._worker.settings.replicates > 1:
            job["replicates"] = [f"{subfolder}/{index}" for index in range(self._worker.settings.replicates)]
        trial.set_user_attr(attributes.JOB, job)
        return overrides, subfolder

    def _subfolder(self, number: int, overrides: list[str]) -> str:
        """`hydra.sweep.subdir` of the trial."""
        text = self._worker.master.hydra.sweep._get_node("subdir")._value()
        if text == "${hydra.job.num}":
            return str(number)
        return trial_subfolder(self._composer.compose(overrides), number)

    def _thread_override(self) -> list[str]:
        key = self._worker.settings.threads_key
        given = {override.lstrip("+").split("=", 1)[0] for override in self._worker.space.fixed}
        return [f"{key}={self._threads}"] if key is not None and key not in given else []

    def _run(self, trial: Trial, lease: Lease, overrides: list[str], subfolder: str) -> None:
        worker = self._worker
        folder = worker.folder.path / subfolder
        try:
            with lease.beating():
                outcome = self._jobs(trial, overrides, subfolder)
            if outcome.state == TrialState.FAIL:
                signals.check()
        except SweepError as error:
            outcome = Outcome(TrialState.FAIL, (), str(error))
        except BaseException as error:
            signum = signals.interruption(error)
            if signum is None:
                self._fail(trial, attributes.RAISED, reason(error))
            else:
                self._fail(trial, attributes.INTERRUPTED, f"stopped by {signal.Signals(signum).name}")
            self._enter(trial)
            if signum is not None:
                raise SweepInterruptedError(signum) from None
            raise
        finally:
            configure_log(self._own.job_logging, self._own.verbose)
        self._tell(trial, outcome, folder)
        lease.release()
        if self._enter(trial).state == outcome.state:
            tell_outcome(trial, outcome, self._tally(), worker.budget, folder)
        signals.check()

    def _jobs(self, trial: Trial, overrides: list[str], subfolder: str) -> Outcome:
        settings = self._worker.settings
        if settings.replicates == 1:
            return self._job(trial, overrides, subfolder, 0)
        values: list[float] = []
        seed = first_seed(self._composer.compose(overrides), settings)
        for index, own in enumerate(replicate_overrides(overrides, seed, settings)):
            # The first one may be pruned; when it was not, the others count, whatever way they take.
            outcome = self._job(trial, own, f"{subfolder}/{index}", index)
            if outcome.state != TrialState.COMPLETE:
                return Outcome(outcome.state, reason=f"replicate {index}: {outcome.reason}")
            values += outcome.values
        trial.set_user_attr(attributes.REPLICATES, values)
        return Outcome(TrialState.COMPLETE, (math.fsum(values) / len(values),))

    def _job(self, trial: Trial, overrides: list[str], subfolder: str, index: int) -> Outcome:
        settings, root = self._worker.settings, self._worker.folder.path
        reports = index == 0 and not settings.several
        trials = self._study.get_trials(deepcopy=False)
        held = continuation_of(trials[trial.number])
        stopped = stopped_folder(trials[held.trial], index, root) if held is not None else None
        if held is not None and reports:
            tell_continuation(trial.number, held, stopped is not None)
        config = self._composer.compose(overrides)
        with (
            pulsing(self._pulse),
            reporting_to(trial if reports else None, held.step if held else -1),
            continuing(stopped),
            signals.let_through(),
        ):
            return run_trial_job(self._worker.task, config, trial.number, subfolder, self._context, settings)

    def _tell(self, trial: Trial, outcome: Outcome, folder: Path) -> None:
        if outcome.state == TrialState.FAIL:
            self._fail(trial, attributes.RAISED, outcome.reason)
            return
        result_file.write(folder, self._study, trial, outcome)
        try:
            if outcome.state == TrialState.PRUNED:
                trial.set_user_attr(attributes.REASON, outcome.reason)
                self._study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
            else:
                self._study.tell(trial, list(outcome.values), skip_if_finished=True)
        except optuna.exceptions.UpdateFinishedTrialError:
            self._not_used(trial)

    def _enter(self, trial: Trial) -> FrozenTrial:
        ended = self._study.get_trials(deepcopy=False)[trial.number]
        self._ledger.enter(ended)
        return ended

    def _fail(self, trial: Trial, cause: str, said: str) -> None:
        try:
            trial.set_user_attr(attributes.CAUSE, cause)
            trial.set_user_attr(attributes.REASON, said)
            self._study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
        except optuna.exceptions.UpdateFinishedTrialError:
            self._not_used(trial)

    def _not_used(self, trial: Trial) -> None:
        print(f"trial {trial.number}: was given up for dead, and its result is not used", file=sys.stderr)

    def _tally(self) -> Any:
        return tally(self._study.get_trials(deepcopy=False), self._worker.settings.minimize)
