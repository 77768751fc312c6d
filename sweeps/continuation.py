"""Trials that go on with what an earlier one began, from where it was stopped.

A stopped trial has ended, and Optuna changes no trial that has. So a further trial takes its parameters, its
intermediate values and the rungs that it has passed, and from then on stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps import attributes, records

RUNG = "completed_rung_"  # before a number: Optuna's own name for the value with which a trial reached a rung


@dataclass(frozen=True)
class Continuation:
    """What a trial goes on with.

    Attributes:
        trial: the number of the stopped trial.
        first: the number of the configuration's first trial.
        step: the last that the stopped trial reported.
    """

    trial: int
    first: int
    step: int


def continuation_of(trial: FrozenTrial) -> Continuation | None:
    """What a trial goes on with; None of one that begins."""
    held = trial.user_attrs.get(attributes.CONTINUES)
    return Continuation(**held) if held is not None else None


def first_of(trial: FrozenTrial) -> int:
    """The number of the first trial of a trial's configuration."""
    held = continuation_of(trial)
    return trial.number if held is None else held.first


def origin_of(study: Study, trial: FrozenTrial) -> int:
    """The number of the first trial of a trial's configuration, from which it goes on or which it repeats,
    however often that was done."""
    storage = study._storage
    while True:
        number = trial.user_attrs.get(attributes.RETRY_OF, first_of(trial))
        if number == trial.number:
            return trial.number
        trial = storage.get_trial(storage.get_trial_id_from_study_id_trial_number(study._study_id, number))


def superseded(trials: Sequence[FrozenTrial], waiting: bool = True) -> set[int]:
    """The numbers of stopped trials for which another one stands, that goes on with them and has not failed.

    Args:
        waiting: whether one that has not begun stands for them already.
    """
    without = {TrialState.FAIL} if waiting else {TrialState.FAIL, TrialState.WAITING}
    return {
        held.trial
        for trial in trials
        if trial.state not in without and (held := continuation_of(trial)) is not None
    }


def standing(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """The trials without those for which another one stands, without failed attempts to go on, and without
    those that are tried again: every configuration counts once."""
    tied = [t for t in trials if t.user_attrs.keys() & {attributes.CONTINUES, attributes.RETRY_OF}]
    gone = superseded(tied) | {trial.user_attrs.get(attributes.RETRY_OF) for trial in tied}
    gone |= {t.number for t in tied if t.state == TrialState.FAIL and attributes.CONTINUES in t.user_attrs}
    return [trial for trial in trials if trial.number not in gone] if gone else list(trials)


def params_of(trial: FrozenTrial) -> dict[str, Any]:
    """What a trial is to be enqueued with to be run again: its parameters, as they were written where they
    were enqueued (2 is not 2.0 to every program), and those that were enqueued but not drawn yet."""
    fixed = trial.system_attrs.get("fixed_params", {})
    return {**fixed, **{name: value for name, value in trial.params.items() if fixed.get(name) != value}}


def enqueue_continuation(study: Study, stopped: FrozenTrial, attrs: Mapping[str, Any]) -> None:
    """Enqueues a trial that goes on with a stopped one.

    Args:
        stopped: with at least one intermediate value.
        attrs: further ones of the new trial.
    """
    assert stopped.last_step is not None
    held = Continuation(stopped.number, origin_of(study, stopped), stopped.last_step)
    user_attrs = {**attrs, attributes.CONTINUES: asdict(held)}
    if attributes.COMBINATION in stopped.user_attrs:
        user_attrs[attributes.COMBINATION] = stopped.user_attrs[attributes.COMBINATION]
    passed = {name: value for name, value in stopped.system_attrs.items() if name.startswith(RUNG)}
    # One step, so that no process ever sees it without its past.
    study.add_trial(
        optuna.trial.create_trial(
            state=TrialState.WAITING,
            system_attrs={"fixed_params": params_of(stopped), **passed},
            user_attrs=user_attrs,
            intermediate_values=dict(stopped.intermediate_values),
        )
    )


def stopped_folder(stopped: FrozenTrial, index: int, study_folder: Path) -> Path | None:
    """The folder of a stopped trial's job; None where it had none, or it is not on this machine.

    Args:
        index: of the replicate.
    """
    folders = records.folders_of(stopped)[index : index + 1]
    found = [study_folder / folder for folder in folders if (study_folder / folder).is_dir()]
    return found[0] if found else None
