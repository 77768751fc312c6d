"""Trials of one configuration: which repeats a failed one, which resumes a stopped one, and which counts.

A stopped trial has ended, and Optuna changes no trial that has. So a further trial takes its parameters, its
intermediate values and the rungs that it has passed, and resumes it: the stopped one is promoted. From then
on the further one counts in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.study import attributes
from sweeps.study.trial import Resumption, TrialView, attributes_of


def first_of(trial: FrozenTrial) -> int:
    """The number of the first trial of a trial's configuration."""
    resumption = TrialView(trial).resumes
    return trial.number if resumption is None else resumption.first


def origin_of(study: Study, trial: FrozenTrial) -> int:
    """The number of the first trial of a trial's configuration, which it resumes or repeats, however often
    that was done."""
    storage = study._storage
    while True:
        predecessor = TrialView(trial).retry_of
        number = first_of(trial) if predecessor is None else predecessor
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
        resumption.trial
        for trial in trials
        if trial.state not in without and (resumption := TrialView(trial).resumes) is not None
    }


def latest(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """The trials without promoted ones, without failed attempts to resume one, and without those that are
    repeated: every configuration counts once."""
    ties = [
        (trial, view)
        for trial in trials
        if (view := TrialView(trial)).retry_of is not None or view.resumes is not None
    ]
    replaced_numbers: set[int | None] = {
        *promoted([t for t, _ in ties]),
        *(view.retry_of for _, view in ties),
    }
    replaced_numbers |= {
        t.number for t, view in ties if t.state == TrialState.FAIL and view.resumes is not None
    }
    return (
        [trial for trial in trials if trial.number not in replaced_numbers]
        if replaced_numbers
        else list(trials)
    )


def params_of(trial: FrozenTrial) -> dict[str, Any]:
    """What a trial is to be enqueued with to be run again: its parameters, as they were written where they
    were enqueued (2 is not 2.0 to every program), and those that were enqueued but not drawn yet."""
    fixed_params = TrialView(trial).enqueued or {}
    return {
        **fixed_params,
        **{name: value for name, value in trial.params.items() if fixed_params.get(name) != value},
    }


def enqueue_resumption(study: Study, stopped_trial: FrozenTrial, retry_of: int | None = None) -> None:
    """Enqueues a trial that resumes a stopped one.

    Args:
        stopped_trial: with at least one intermediate value.
        retry_of: the number of a failed attempt, which it repeats.
    """
    assert stopped_trial.last_step is not None
    view = TrialView(stopped_trial)
    resumption = Resumption(stopped_trial.number, origin_of(study, stopped_trial), stopped_trial.last_step)
    # One step, so that no process ever sees it without its past.
    study.add_trial(
        optuna.trial.create_trial(
            state=TrialState.WAITING,
            system_attrs={attributes.FIXED: params_of(stopped_trial), **view.rungs},
            user_attrs=attributes_of(retry_of=retry_of, resumes=resumption, combination=view.combination),
            intermediate_values=dict(stopped_trial.intermediate_values),
        )
    )


def stopped_folder(stopped_trial: FrozenTrial, index: int, study_folder: Path) -> Path | None:
    """The folder of a stopped trial's job; None where it had none, or it is not on this machine.

    Args:
        index: of the replicate.
    """
    folders = TrialView(stopped_trial).folders[index : index + 1]
    paths = [study_folder / folder for folder in folders if (study_folder / folder).is_dir()]
    return paths[0] if paths else None


def earlier_tries(trials: Sequence[FrozenTrial], number: int) -> Iterator[FrozenTrial]:
    """The failed trials that a trial repeats, the last one first."""
    while (failed_number := TrialView(trials[number]).retry_of) is not None:
        number = failed_number
        yield trials[number]


def finished_replicates(failed_trial: FrozenTrial, races: bool) -> dict[int, tuple[str, float]]:
    """Folders and values of the replicates that a failed trial has left to the one that repeats it, by their
    indexes.

    Args:
        races: whether trials report their replicates. Else the first one's job reports its steps, and runs
            again: a pruner is to see them in the trial that counts.
    """
    view, reported = TrialView(failed_trial), failed_trial.intermediate_values
    if races:
        values = {index: reported[index] for index in range(len(reported)) if index in reported}
    else:
        values = dict(enumerate(view.replicates))
        values.pop(0, None)
    return {index: (folder, values[index]) for index, folder in enumerate(view.folders) if index in values}
