"""Trials of one configuration: which repeats a failed one, which resumes a stopped one, and which counts.

A stopped trial has ended, and Optuna changes no trial that has. So a further trial takes its parameters, its
intermediate values and the rungs that it has passed, and resumes it: the stopped one is promoted. From then
on the further one counts in its place. One that repeats a trial whose job was cut off takes the same from it,
where the program can go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.study import attributes
from sweeps.study.trial import Resumption, TrialView, attributes_of, is_surplus


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


def superseded(trials: Sequence[FrozenTrial]) -> set[int]:
    """The numbers of trials in whose place another one is, that has begun: it resumes a stopped one, or tries
    a failed one again."""
    return promoted(trials, waiting=False) | {
        view.retry_of
        for trial in trials
        if (view := TrialView(trial)).retry_of is not None
        and trial.state != TrialState.WAITING
        and not is_surplus(trial)
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


def enqueue_resumption(study: Study, stopped_trial: FrozenTrial) -> None:
    """Enqueues a trial that resumes a stopped one.

    Args:
        stopped_trial: with at least one intermediate value.
    """
    assert stopped_trial.last_step is not None
    resumption = Resumption(stopped_trial.number, origin_of(study, stopped_trial), stopped_trial.last_step)
    attrs = attributes_of(resumes=resumption, combination=TrialView(stopped_trial).combination)
    _enqueue(study, params_of(stopped_trial), attrs, past=stopped_trial)


def enqueue_repeat(
    study: Study, failed_trial: FrozenTrial, params: Mapping[str, Any], goes_on: bool = False
) -> None:
    """Enqueues a trial that repeats a failed one.

    Args:
        params: with which it is tried again.
        goes_on: whether it goes on where the failed one's job left off. Of one that resumed a stopped trial
            and does not, it begins where that had been stopped.
    """
    view = TrialView(failed_trial)
    past = failed_trial if goes_on else None
    if view.resumes is not None and past is None:
        past = study.get_trials(deepcopy=False)[view.resumes.trial]
    attrs = attributes_of(
        retry_of=failed_trial.number,
        resumes=view.resumes,
        combination=view.combination,
        drawn=view.drawn,
        goes_on=goes_on,
    )
    _enqueue(study, params, attrs, past)


def _enqueue(
    study: Study, params: Mapping[str, Any], attrs: dict[str, Any], past: FrozenTrial | None
) -> None:
    """Enqueues a trial with another one's past, in one step, so that no process ever sees it without."""
    rungs = TrialView(past).rungs if past is not None else {}
    study.add_trial(
        optuna.trial.create_trial(
            state=TrialState.WAITING,
            system_attrs={attributes.FIXED: dict(params), **rungs},
            user_attrs=attrs,
            intermediate_values=dict(past.intermediate_values) if past is not None else None,
        )
    )


def earlier_tries(trials: Sequence[FrozenTrial], number: int) -> Iterator[FrozenTrial]:
    """The failed trials that a trial repeats, the last one first."""
    while (failed_number := TrialView(trials[number]).retry_of) is not None:
        number = failed_number
        yield trials[number]
