"""Trials of one configuration: which repeats a failed one, which resumes a stopped one, and which counts.

A stopped trial has ended, and Optuna changes no trial that has. So a further trial takes its parameters, its
intermediate values and the rungs that it has passed, and resumes it: the stopped one is promoted. From then
on the further one counts in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.study import attributes
from sweeps.study.trial import Resumption, TrialView, attributes_of


def first_of(trial: FrozenTrial) -> int:
    """The number of the first trial of a trial's configuration."""
    resumed = TrialView(trial).resumes
    return trial.number if resumed is None else resumed.first


def origin_of(study: Study, trial: FrozenTrial) -> int:
    """The number of the first trial of a trial's configuration, which it resumes or repeats, however often
    that was done."""
    storage = study._storage
    while True:
        repeated = TrialView(trial).retry_of
        number = first_of(trial) if repeated is None else repeated
        if number == trial.number:
            return trial.number
        trial = storage.get_trial(storage.get_trial_id_from_study_id_trial_number(study._study_id, number))


def promoted(trials: Sequence[FrozenTrial], waiting: bool = True) -> set[int]:
    """The numbers of stopped trials that another one resumes, which counts in their place: it has not failed.

    Args:
        waiting: whether one that has not begun counts already.
    """
    without = {TrialState.FAIL} if waiting else {TrialState.FAIL, TrialState.WAITING}
    return {
        resumed.trial
        for trial in trials
        if trial.state not in without and (resumed := TrialView(trial).resumes) is not None
    }


def latest(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """The trials without promoted ones, without failed attempts to resume one, and without those that are
    repeated: every configuration counts once."""
    tied = [
        (trial, view)
        for trial in trials
        if (view := TrialView(trial)).retry_of is not None or view.resumes is not None
    ]
    replaced: set[int | None] = {*promoted([t for t, _ in tied]), *(view.retry_of for _, view in tied)}
    replaced |= {t.number for t, view in tied if t.state == TrialState.FAIL and view.resumes is not None}
    return [trial for trial in trials if trial.number not in replaced] if replaced else list(trials)


def params_of(trial: FrozenTrial) -> dict[str, Any]:
    """What a trial is to be enqueued with to be run again: its parameters, as they were written where they
    were enqueued (2 is not 2.0 to every program), and those that were enqueued but not drawn yet."""
    fixed = TrialView(trial).enqueued or {}
    return {**fixed, **{name: value for name, value in trial.params.items() if fixed.get(name) != value}}


def enqueue_resumption(study: Study, stopped: FrozenTrial, retry_of: int | None = None) -> None:
    """Enqueues a trial that resumes a stopped one.

    Args:
        stopped: with at least one intermediate value.
        retry_of: the number of a failed attempt, which it repeats.
    """
    assert stopped.last_step is not None
    view = TrialView(stopped)
    resumed = Resumption(stopped.number, origin_of(study, stopped), stopped.last_step)
    # One step, so that no process ever sees it without its past.
    study.add_trial(
        optuna.trial.create_trial(
            state=TrialState.WAITING,
            system_attrs={attributes.FIXED: params_of(stopped), **view.rungs},
            user_attrs=attributes_of(retry_of=retry_of, resumes=resumed, combination=view.combination),
            intermediate_values=dict(stopped.intermediate_values),
        )
    )


def stopped_folder(stopped: FrozenTrial, index: int, study_folder: Path) -> Path | None:
    """The folder of a stopped trial's job; None where it had none, or it is not on this machine.

    Args:
        index: of the replicate.
    """
    folders = TrialView(stopped).folders[index : index + 1]
    found = [study_folder / folder for folder in folders if (study_folder / folder).is_dir()]
    return found[0] if found else None
