"""Telling a study how a trial of this process ended, unless the trial was given up for dead meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import optuna
from optuna.study import Study
from optuna.trial import Trial, TrialState

from sweeps import records, result_file
from sweeps.errors import is_fault, reason
from sweeps.job import Outcome
from sweeps.study.trial import Cause, note_failure, note_reason, note_replicates


def tell(study: Study, trial: Trial, outcome: Outcome, root: Path, subfolder: str) -> None:
    """Tells what a trial's job has come to; its folder first, so that it is not lost on the way.

    Args:
        root: the study's folder.
        subfolder: the trial's, below it.
    """
    if outcome.state == TrialState.FAIL:
        fail(study, trial, Cause.RAISED, outcome.reason, root)
        return
    result_file.write(root / subfolder, study, trial, outcome)
    try:
        if outcome.replicates:
            note_replicates(study._storage, trial._trial_id, outcome.replicates)
        if outcome.state == TrialState.PRUNED:
            note_reason(study._storage, trial._trial_id, outcome.reason)
            study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        else:
            study.tell(trial, list(outcome.values), skip_if_finished=True)
    except optuna.exceptions.UpdateFinishedTrialError:
        _not_used(trial)


def fail(study: Study, trial: Trial, cause: str, said: str, root: Path | None = None) -> None:
    """Tells that a trial has failed.

    Args:
        cause: a `sweeps.study.trial.Cause`.
        said: why, for people.
        root: the study's folder, where the trial's jobs may have left records that say RUNNING.
    """
    if root is not None:
        records.close_all(root, study._storage.get_trial(trial._trial_id), said)
    try:
        note_failure(study._storage, trial._trial_id, cause, said)
        study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
    except optuna.exceptions.UpdateFinishedTrialError:
        _not_used(trial)


def fail_by(study: Study, trial: Trial, error: BaseException, root: Path | None = None) -> None:
    """Tells that the sweep itself could not go on with a trial: for a fault of the disk or the storage it is
    tried again when the sweep goes on."""
    if is_fault(error):
        fail(study, trial, Cause.INTERRUPTED, f"stopped by {reason(error)}", root)
    else:
        fail(study, trial, Cause.RAISED, reason(error), root)


def _not_used(trial: Trial) -> None:
    print(f"trial {trial.number}: was given up for dead, and its result is not used", file=sys.stderr)
