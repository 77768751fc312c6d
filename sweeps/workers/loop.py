"""A worker's loop: asks the study for a trial, runs the job, tells the result, until the budget is met."""

from __future__ import annotations

import os
import platform
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import configure_log
from hydra.types import HydraContext, TaskFunction
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps.errors import SweepError, SweepInterruptedError, reason
from sweeps.inside.membership import CurrentTrial, belonging
from sweeps.inside.progress import progressing
from sweeps.inside.pulse import pulsing
from sweeps.inside.reporting import reporting_to
from sweeps.inside.resuming import resuming
from sweeps.plan.composition import Composer, with_copies_first
from sweeps.plan.plan import Plan
from sweeps.results.ledger import Ledger
from sweeps.results.outcome import Outcome
from sweeps.results.replication import first_seeds, mean_of, replicate_overrides
from sweeps.search.distinct import sampler_of
from sweeps.search.racing import race
from sweeps.search.samplers import make_pruner
from sweeps.search.taking import Placed, Taker
from sweeps.search.telling import fail_by, fail_own, tell
from sweeps.study.account import account_of
from sweeps.study.artifacts import keep_artifacts
from sweeps.study.continuation import known_through, left_off
from sweeps.study.folder import trial_subfolder
from sweeps.study.leases import Lease
from sweeps.study.notes import note_loss, note_reached, note_reason, note_replicates, note_seeds
from sweeps.study.tally import Tally
from sweeps.study.trial import Cause, Job, TrialView
from sweeps.system import signals
from sweeps.workers.job import run_trial_job
from sweeps.workers.narration import tell_finished_replicates, tell_going_on, tell_outcome, told_loss
from sweeps.workers.wear import Wear


@dataclass(frozen=True)
class Assignment:
    """What a worker is to do; can be pickled.

    Attributes:
        task: the program's own function.
        plan: of the sweep; its study exists.
        sweep: which one launches the worker.
        alone: whether it is launched without others.
        only_suspects: run only trials on whose last try a worker died.
        narrates: whether workers say how their trials end.
        screen: the process that shows a table on its terminal; None where none does.
    """

    task: TaskFunction
    plan: Plan
    sweep: str
    alone: bool
    only_suspects: bool
    narrates: bool = True
    screen: int | None = None


def run_trials(assignment: Assignment, number: int, threads: int) -> bool:
    """Runs trials in this process until nothing more may start, or the process is to be renewed.

    Args:
        number: of the worker.
        threads: of its share of the machine.

    Returns:
        whether it is to be renewed.
    """
    return _Loop(assignment, number, threads).run()


class _Loop:
    def __init__(self, assignment: Assignment, number: int, threads: int) -> None:
        self._plan, self._number, self._threads = assignment.plan, number, threads
        self._task, self._narrates = assignment.task, assignment.narrates
        plan = assignment.plan
        self._parent = os.getppid()
        self._own: Any = HydraConfig.get()
        search_path = with_copies_first(plan.search_path, plan.folder.conf)
        self._composer = Composer(search_path, plan.config)
        self._context = HydraContext(
            config_loader=ConfigLoaderImpl(search_path), callbacks=Callbacks(plan.config)
        )
        self._study: Study = optuna.load_study(
            study_name=plan.name,
            storage=plan.storage.reopen(),
            sampler=sampler_of(plan.settings.sampler, plan.space),
            pruner=make_pruner(plan.settings.pruner),
        )
        self._ledger = Ledger(self._study, plan.folder)
        self._pulse = plan.folder.pulse_of(number) if plan.settings.supervised else None
        self._progress = plan.folder.progress_of(number)
        self._wear = Wear(plan.settings.renew_after_trials, plan.settings.renew_after_growth)
        self._taker = Taker(
            self._study,
            plan.folder,
            plan.settings,
            plan.space,
            plan.config,
            plan.budget,
            assignment.alone,
            assignment.only_suspects,
            Job(worker=number, sweep=assignment.sweep, machine=platform.node(), threads=threads),
            self._thread_override(),
            self._subfolder,
            lambda trial: Lease(plan.folder.leases, trial, plan.settings.heartbeat_interval),
            races=plan.races,
        )

    def run(self) -> bool:
        # An orphan goes on with its trial, but asks for no other: the sweep's own process is gone.
        stop = self._plan.folder.stop_mark(self._number)
        while os.getppid() == self._parent and not stop.exists():
            signals.check()
            placed_trial = self._taker.take()
            if placed_trial is None:
                break
            try:
                self._run(placed_trial)
            finally:
                placed_trial.lease.release()
            if self._wear.is_out():
                return True
        return False

    def _subfolder(self, number: int, overrides: Sequence[str]) -> str:
        """`hydra.sweep.subdir` of the trial."""
        text = self._plan.config.hydra.sweep._get_node("subdir")._value()
        if text == "${hydra.job.num}":
            return str(number)
        return trial_subfolder(self._composer.compose(overrides), number)

    def _thread_override(self) -> list[str]:
        key = self._plan.settings.threads_key
        fixed_keys = {override.lstrip("+").split("=", 1)[0] for override in self._plan.space.fixed}
        return [f"{key}={self._threads}"] if key is not None and key not in fixed_keys else []

    def _run(self, placed: Placed) -> None:
        plan, trial = self._plan, placed.trial
        try:
            with placed.lease.beating():
                outcome = self._jobs(placed)
                if outcome.state != TrialState.FAIL:
                    self._keep_artifacts(trial, placed.folders[0])
            if outcome.state == TrialState.FAIL:
                signals.check()
        except SweepError as error:
            outcome = Outcome(TrialState.FAIL, (), str(error))
        except BaseException as error:
            signum = signals.interruption(error)
            if signum is not None:
                why = f"stopped by {signal.Signals(signum).name}"
                fail_own(self._study, trial, Cause.INTERRUPTED, why, plan.folder.path)
            else:
                fail_by(self._study, trial, error, plan.folder.path)
            self._enter(trial)
            if signum is not None:
                raise SweepInterruptedError(signum) from None
            raise
        finally:
            configure_log(self._own.job_logging, self._own.verbose)
        tell(self._study, trial, outcome, plan.folder.path, placed.subfolder)
        placed.lease.release()
        ended_trial = self._enter(trial)
        if self._narrates and ended_trial.state == outcome.state:
            tell_outcome(ended_trial, self._tally(), plan.budget, plan.folder.path)
        signals.check()

    def _keep_artifacts(self, trial: Trial, job_folder: str) -> None:
        """Of a trial with replicates, those of the first."""
        root, patterns = self._plan.folder, self._plan.settings.artifacts
        try:
            keep_artifacts(root.artifacts, trial, root.path / job_folder, patterns)
        except Exception as error:  # they are copies: no trial fails for them, nor waits for a storage
            print(f"trial {trial.number}: its artifacts are not kept: {reason(error)}", file=sys.stderr)

    def _jobs(self, placed: Placed) -> Outcome:
        settings, trial, finished = self._plan.settings, placed.trial, placed.finished
        if settings.replicates == 1:
            return self._job(trial, placed.overrides, placed.subfolder, 0)
        values: list[float] = []
        first = first_seeds(self._composer.compose(placed.overrides), settings)
        seeds = {key: seed + self._plan.first_replicate for key, seed in first.items()}
        note_seeds(self._study._storage, trial._trial_id, seeds)
        if finished and self._narrates:
            tell_finished_replicates(trial.number, len(finished), settings.replicates)
        for index, own in enumerate(replicate_overrides(placed.overrides, seeds, settings)):
            if index in finished:
                values.append(finished[index])
            else:
                # The first one may be pruned; when it was not, the others count, whatever way they take.
                outcome = self._job(trial, own, placed.folders[index], index)
                if outcome.state != TrialState.COMPLETE:
                    return Outcome(outcome.state, reason=f"replicate {index}: {outcome.reason}")
                values += outcome.values
            if not self._plan.races:
                note_replicates(self._study._storage, trial._trial_id, values)
            elif loss := self._lost(trial, values, index + 1 in finished):
                return Outcome(TrialState.PRUNED, reason=loss, replicates=tuple(values))
        return Outcome(TrialState.COMPLETE, (mean_of(values),), replicates=tuple(values))

    def _lost(self, trial: Trial, values: Sequence[float], more: bool) -> str | None:
        """Reports the last of a finalist's values; why it is stopped, if it is to be.

        Args:
            more: whether the next value is known already.
        """
        n = self._plan.settings.replicates
        if len(values) - 1 not in trial._cached_frozen_trial.intermediate_values:
            trial.report(values[-1], len(values) - 1)
        if len(values) == n or more:
            return None
        with self._plan.folder.locked():  # of two that lose to each other, one sees that the other has lost
            loss = race(self._study, trial.number, n)
            if loss is None:
                return None
            told = told_loss(loss, n)
            note_replicates(self._study._storage, trial._trial_id, values)
            note_loss(self._study._storage, trial._trial_id, loss.to)
            note_reason(self._study._storage, trial._trial_id, told)
            return told

    def _job(self, trial: Trial, overrides: list[str], subfolder: str, index: int) -> Outcome:
        plan, settings, root = self._plan, self._plan.settings, self._plan.folder.path
        reports = index == 0 and not settings.several and not self._plan.races
        trials = account_of(self._study).trials
        may_go_on = settings.can_continue or not TrialView(trials[trial.number]).goes_on
        since = left_off(trials, trial.number, index, reports, root) if may_go_on else None
        through = known_through(trials, trials[trial.number]) if reports else -1
        if self._narrates and may_go_on and (since is not None or through >= 0):
            replicate = index if settings.replicates > 1 else None
            tell_going_on(trials[trial.number], replicate, since.trial if since else None)
        notes = _Notes(trial, index, settings.can_continue)
        config = self._composer.compose(overrides)
        with (
            pulsing(self._pulse),
            progressing(self._progress, trial.number, index, settings.replicates),
            reporting_to(trial if reports else None, through, notes) as faults,
            resuming(since.folder if since is not None else None),
            belonging(CurrentTrial(plan.name, root, trial.number)),
            signals.let_through(),
        ):
            outcome = run_trial_job(self._task, config, trial.number, subfolder, self._context, settings)
        if outcome.state == TrialState.FAIL and faults:
            raise faults[-1]  # it is not the job's failure, whatever the job has made of it
        return outcome

    def _enter(self, trial: Trial) -> FrozenTrial:
        ended_trial: FrozenTrial = self._study._storage.get_trial(trial._trial_id)
        self._ledger.enter(ended_trial)
        return ended_trial

    def _tally(self) -> Tally:
        return account_of(self._study).tally(self._plan.budget.objective)


@dataclass(frozen=True)
class _Notes:
    """What is kept of a trial's job, with the trial.

    Attributes:
        index: of the replicate.
        continues: whether it matters how far it has come.
    """

    trial: Trial
    index: int
    continues: bool

    def reached(self, step: int) -> None:
        if not self.continues:
            return
        frozen_trial = self.trial._cached_frozen_trial  # a trial's own attributes are in it at once
        note_reached(self.trial, {**TrialView(frozen_trial).reached, self.index: step})

    def stopped(self, why: str) -> None:
        note_reason(self.trial.storage, self.trial._trial_id, why)
