"""Telling a study how a trial ended, unless that is known meanwhile: it was given up for dead, or was not."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps.errors import is_fault, reason
from sweeps.results import records, result_file
from sweeps.results.outcome import Outcome
from sweeps.study.notes import note_failure, note_reason, note_replicates
from sweeps.study.trial import CUT_OFF, Cause, TrialView


def tell(study: Study, trial: Trial, outcome: Outcome, root: Path, subfolder: str) -> None:
    """Tells what a trial's job has come to; its folder first, so that it is not lost on the way.

    Args:
        root: the study's folder.
        subfolder: the trial's, below it.
    """
    if outcome.state == TrialState.FAIL:
        fail_own(study, trial, Cause.RAISED, outcome.reason, root)
        return
    result_file.write(root / subfolder, study, trial, outcome)
    try:
        if outcome.replicates:
            note_replicates(study._storage, trial._trial_id, outcome.replicates)
        if outcome.state == TrialState.PRUNED:
            note_reason(study._storage, trial._trial_id, outcome.reason)
            final_trial = study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        else:
            final_trial = study.tell(trial, list(outcome.values), skip_if_finished=True)
        if final_trial.state != outcome.state:
            _not_used(trial)
    except optuna.exceptions.UpdateFinishedTrialError:
        _not_used(trial)


def fail(
    study: Study, trial: FrozenTrial, cause: str, message: str, root: Path, excuse: str | None = None
) -> bool:
    """Tells that a running trial has failed; False if it has ended meanwhile.

    One that was cut off after it had been decided to stop it was stopped.

    Args:
        cause: a `sweeps.study.trial.Cause`.
        message: why, for people.
        root: the study's folder, where the trial's jobs may have left records that say RUNNING.
        excuse: why the death of its worker does not count against it; None where it does, or none died.
    """
    storage, trial_id = study._storage, trial._trial_id
    # The record first: whoever dies in between, the trial is found again.
    records.close_all(root, trial, message)
    try:
        if TrialView(trial).is_to_stop and cause in CUT_OFF and trial.last_step is not None:
            value = trial.intermediate_values[trial.last_step]
            values = [value] if math.isfinite(value) else None
            storage.set_trial_state_values(trial_id, TrialState.PRUNED, values)
        else:
            note_failure(storage, trial_id, cause, message, excuse)
            storage.set_trial_state_values(trial_id, TrialState.FAIL)
    except optuna.exceptions.UpdateFinishedTrialError:
        return False
    return True


def fail_own(study: Study, trial: Trial, cause: str, message: str, root: Path) -> None:
    """The same of a trial of this process; says so if it was given up for dead meanwhile."""
    if not fail(study, study._storage.get_trial(trial._trial_id), cause, message, root):
        _not_used(trial)


def fail_by(study: Study, trial: Trial, error: BaseException, root: Path) -> None:
    """Tells that the sweep itself could not go on with a trial: for a fault of the disk or the storage it is
    tried again when the sweep goes on."""
    if is_fault(error):
        fail_own(study, trial, Cause.INTERRUPTED, f"stopped by {reason(error)}", root)
    else:
        fail_own(study, trial, Cause.RAISED, reason(error), root)


def _not_used(trial: Trial) -> None:
    print(f"trial {trial.number}: was given up for dead, and its result is not used", file=sys.stderr)
