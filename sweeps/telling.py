"""Telling a study how a trial of this process ended, unless the trial was given up for dead meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import optuna
from optuna.study import Study
from optuna.trial import Trial, TrialState

from sweeps import attributes, result_file
from sweeps.job import Outcome


def tell(study: Study, trial: Trial, outcome: Outcome, folder: Path) -> None:
    """Tells what a trial's job has come to; its folder first, so that it is not lost on the way."""
    if outcome.state == TrialState.FAIL:
        fail(study, trial, attributes.RAISED, outcome.reason)
        return
    result_file.write(folder, study, trial, outcome)
    try:
        if outcome.state == TrialState.PRUNED:
            trial.set_user_attr(attributes.REASON, outcome.reason)
            study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        else:
            study.tell(trial, list(outcome.values), skip_if_finished=True)
    except optuna.exceptions.UpdateFinishedTrialError:
        _not_used(trial)


def fail(study: Study, trial: Trial, cause: str, said: str) -> None:
    """Tells that a trial has failed.

    Args:
        cause: one of those in `sweeps.attributes`.
        said: why, for people.
    """
    try:
        trial.set_user_attr(attributes.CAUSE, cause)
        trial.set_user_attr(attributes.REASON, said)
        study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
    except optuna.exceptions.UpdateFinishedTrialError:
        _not_used(trial)


def _not_used(trial: Trial) -> None:
    print(f"trial {trial.number}: was given up for dead, and its result is not used", file=sys.stderr)
