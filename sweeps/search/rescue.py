"""Giving up trials whose process is dead: what they have finished is entered, the others may be repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.queue import enqueue_retries
from sweeps.search.restoring import restore_results
from sweeps.search.telling import fail
from sweeps.settings import Settings
from sweeps.study.account import account_of
from sweeps.study.folder import StudyFolder
from sweeps.study.leases import Watch
from sweeps.study.trial import TAKEN, Cause, TrialView
from sweeps.system.atomic import remove_partials


def count_against_it(_: FrozenTrial) -> str | None:
    """Why a death does not count against a trial: it does."""
    return None


def fail_dead(
    study: Study,
    folder: Path,
    watch: Watch,
    cause: str,
    reason: str,
    excuse_of: Callable[[FrozenTrial], str | None] = count_against_it,
    pid: int | None = None,
) -> list[int]:
    """Marks the trials whose worker is dead as FAIL, in the study and in their records.

    One that was about to give way to another does: tried again, it would be run twice.

    Args:
        excuse_of: why a death does not count against a trial; None where it does.
        pid: of the only process, of this machine, whose trials it is about; None for all.
    """
    numbers = []
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if pid is not None and not watch.is_of(trial, pid):
            continue
        if not watch.is_dead(trial):
            continue
        if _was_to_give_way(study, trial):
            failed = fail(study, trial, Cause.SURPLUS, TAKEN, folder)
        else:
            failed = fail(study, trial, cause, reason, folder, excuse_of(trial))
        if failed:
            numbers.append(trial.number)
    return numbers


def _was_to_give_way(study: Study, trial: FrozenTrial) -> bool:
    """Whether a trial was taken, did not run yet, and another repeats or resumes the same one."""
    return TrialView(trial).folder is None and account_of(study).is_rivalled(trial.number)


@dataclass(frozen=True)
class Rescue:
    """Gives up dead trials.

    Attributes:
        study: Optuna's.
        folder: of the study.
        settings: of the sweeper.
        watch: tells which are dead.
        enter: told of each trial that has ended by it.
    """

    study: Study
    folder: StudyFolder
    settings: Settings
    watch: Watch
    enter: Callable[[FrozenTrial], None]

    def give_up_dead(
        self,
        cause: str,
        reason: str,
        excuse_of: Callable[[FrozenTrial], str | None] = count_against_it,
        everywhere: bool = False,
        pid: int | None = None,
    ) -> list[int]:
        """Enters what dead processes have finished, marks their other trials as failed, and enqueues what may
        be tried again.

        Args:
            cause: of the failures.
            reason: for people.
            excuse_of: why a death does not count against a trial; None where it does.
            everywhere: look for results in all folders, as after damage to the study.
            pid: of the only process, of this machine, whose trials it is about; None for all.

        Returns:
            the numbers of the trials that have ended by it.
        """
        with self.folder.locked():
            objective = self.settings.objective
            restored_numbers = restore_results(self.study, self.folder, self.watch, objective, everywhere)
            dead = fail_dead(self.study, self.folder.path, self.watch, cause, reason, excuse_of, pid)
            enqueue_retries(self.study, self.settings.retries, self.settings.can_continue)
        for number in [*restored_numbers, *dead]:
            ended_trial = self.study.get_trials(deepcopy=False)[number]
            for own in TrialView(ended_trial).folders:
                remove_partials(self.folder.path / own)
            self.enter(ended_trial)
        return [*restored_numbers, *dead]
