"""A worker's way to its next trial: what is owed is enqueued, one is taken, drawn and given its folder.

It is one step within the lock of the study's folder, so that at every moment a trial is seen either to wait,
or to be run by a process that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from omegaconf import DictConfig
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial

from sweeps.search.asking import Taken, ask, is_repetition, is_too_many
from sweeps.search.budget import Budget
from sweeps.search.queue import enqueue_retries
from sweeps.search.resumption import enqueue_resumed
from sweeps.search.telling import fail_by, fail_own
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.space.parameter import Value
from sweeps.study.account import account_of
from sweeps.study.continuation import finished_replicates
from sweeps.study.folder import StudyFolder
from sweeps.study.holding import combination_key
from sweeps.study.leases import Lease, claim_of
from sweeps.study.notes import note_drawn, note_job
from sweeps.study.tally import Tally
from sweeps.study.trial import TAKEN, Cause, Job

MOST_IN_VAIN = 100  # surplus trials in a row, after which a worker leaves it to the next look at the study


class Placed(NamedTuple):
    """A trial that this worker has taken, with its parameters drawn and its folder made.

    Attributes:
        folders: of its jobs, one a replicate, below the study's.
        finished: values of replicates, by their indexes, that need not run: the failed trial which it
            repeats has them.
    """

    trial: Trial
    lease: Lease
    overrides: list[str]
    subfolder: str
    folders: Sequence[str]
    finished: Mapping[int, float]


@dataclass(frozen=True)
class Taker:
    """Takes a worker's trials.

    Attributes:
        study: as this process has it open.
        folder: of the study.
        settings: of the sweeper.
        space: what to search.
        master: the sweep's configuration.
        budget: how long.
        alone: whether the worker has no company.
        only_suspects: take only trials on whose last try a worker died.
        worker: what a trial's job says of the worker.
        further: overrides that every trial has.
        subfolder_of: where below the study's folder a trial of this number, with these overrides, is to run.
        lease_of: of a trial; not taken yet.
        now: the time of day.
        races: whether trials report their replicates; else the first one's job reports its steps.
    """

    study: Study
    folder: StudyFolder
    settings: Settings
    space: Space
    master: DictConfig
    budget: Budget
    alone: bool
    only_suspects: bool
    worker: Job
    further: Sequence[str]
    subfolder_of: Callable[[int, Sequence[str]], str]
    lease_of: Callable[[Trial | FrozenTrial], Lease]
    now: Callable[[], datetime] = datetime.now
    races: bool = False

    def take(self) -> Placed | None:
        """The next trial; None where this worker may start none."""
        claim = claim_of(self.folder.leases, lambda: self.now().timestamp(), self.worker)
        with self.folder.locked():
            enqueue_retries(self.study, self.settings.retries, self.settings.can_continue)
            if not self.only_suspects:
                enqueue_resumed(self.study, self.settings, self.races, self.budget, self._tally)
            in_vain = 0
            while self.budget.may_start(now := self._tally()) and in_vain < MOST_IN_VAIN:
                taken_trial = ask(
                    self.study,
                    self.alone,
                    self.only_suspects,
                    self.budget.may_draw(now),
                    self.lease_of,
                    claim,
                    only_ahead=not self.budget.may_begin(now),
                )
                if taken_trial is None:
                    return None
                try:
                    params = self._params(taken_trial.trial)
                    if params is not None:
                        return self._placed(taken_trial, params, claim)
                    fail_own(self.study, taken_trial.trial, Cause.SURPLUS, TAKEN, self.folder.path)
                    in_vain += 1
                except BaseException as error:
                    try:
                        fail_by(self.study, taken_trial.trial, error, self.folder.path)
                    finally:
                        taken_trial.lease.release()
                    raise
                taken_trial.lease.release()
        return None

    def _params(self, trial: Trial) -> dict[str, Value] | None:
        """Draws the trial's parameters; None of a trial that is one too many."""
        if is_too_many(account_of(self.study), trial.number, self.budget):
            return None
        params = self.space.suggest(trial, self.master)
        if self.space.finite and not self.budget.grid:
            note_drawn(self.study._storage, trial._trial_id, combination_key(params))
            if is_repetition(account_of(self.study), trial.number):
                return None
        return params

    def _placed(self, taken_trial: Taken, params: dict[str, Value], claim: Job) -> Placed:
        """Claims the trial's folder, and writes down where it is."""
        trial = taken_trial.trial
        overrides = [*self.space.fixed, *self.space.overrides(params), *self.further]
        subfolder = self.folder.claim_trial(self.subfolder_of(trial.number, overrides))
        job = replace(claim, folder=subfolder, overrides=overrides)
        folders, finished = [subfolder], dict[int, float]()
        if self.settings.replicates > 1:
            folders = [f"{subfolder}/{index}" for index in range(self.settings.replicates)]
            left = finished_replicates(account_of(self.study).trials, trial.number, self.races)
            for index, (folder, value) in left.items():
                if index < len(folders):
                    folders[index], finished[index] = folder, value
            job = replace(job, replicates=folders)
        note_job(self.study._storage, trial._trial_id, job)
        return Placed(*taken_trial, overrides, subfolder, folders, finished)

    def _tally(self) -> Tally:
        return account_of(self.study).tally(self.budget.objective, self.now)
