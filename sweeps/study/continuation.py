"""Where a trial's jobs go on: which trials have done a part of its work, how far they came, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.lineage import earlier_tries
from sweeps.study.trial import CUT_OFF, TrialView


def continued_tries(trials: Sequence[FrozenTrial], number: int) -> Iterator[FrozenTrial]:
    """The failed trials where whose jobs left off this one's goes on, the last one first."""
    while (view := TrialView(trials[number])).goes_on and view.retry_of is not None:
        number = view.retry_of
        yield trials[number]


def predecessors(trials: Sequence[FrozenTrial], number: int) -> Iterator[FrozenTrial]:
    """The same, and then the stopped one that they resume."""
    first = trials[number]
    for first in continued_tries(trials, number):
        yield first
    resumption = TrialView(first).resumes
    if resumption is not None:
        yield trials[resumption.trial]


def known_through(trials: Sequence[FrozenTrial], trial: FrozenTrial) -> int:
    """The last step whose value a trial has from another one; -1 where it has none."""
    step = next((other.last_step for other in predecessors(trials, trial.number)), None)
    return -1 if step is None else step


def has_reported(trials: Sequence[FrozenTrial], trial: FrozenTrial) -> bool:
    """Whether a trial has an intermediate value that is no other one's."""
    return trial.last_step is not None and trial.last_step > known_through(trials, trial)


def came_further(trials: Sequence[FrozenTrial], trial: FrozenTrial) -> bool:
    """Whether a trial has come further than those where it went on: by a step, or by a replicate."""
    if has_reported(trials, trial):
        return True
    through, view = known_through(trials, trial), TrialView(trial)
    earlier_views = [TrialView(other) for other in predecessors(trials, trial.number)]
    if len(view.replicates) > max((len(other.replicates) for other in earlier_views), default=0):
        return True
    return any(
        step > max((other.reached.get(index, -1) for other in earlier_views), default=-1)
        for index, step in view.reached.items()
        if index > 0 or step > through
    )


class LeftOff(NamedTuple):
    """Where a job was cut off, or stopped.

    Attributes:
        trial: its trial.
        folder: its.
    """

    trial: FrozenTrial
    folder: Path


def left_off(
    trials: Sequence[FrozenTrial], number: int, index: int, reports: bool, study_folder: Path
) -> LeftOff | None:
    """Where a trial's job may go on.

    Of earlier tries, the last one counts whose job has reported a step: one that was cut off before may not
    have a state yet, nor have taken over that of the try before.

    Args:
        index: of the replicate.
        reports: whether the steps that it reports are the trial's intermediate values.

    Returns:
        None where no job has, or its folder is not on this machine.
    """
    own = TrialView(trials[number]).folders
    for other in predecessors(trials, number):
        view = TrialView(other)
        if not (reports and has_reported(trials, other)) and index not in view.reached:
            continue
        for folder in view.folders[index : index + 1]:
            if folder not in own and (study_folder / folder).is_dir():
                return LeftOff(other, study_folder / folder)
    return None


def needed_by_others(trials: Sequence[FrozenTrial]) -> set[int]:
    """The numbers of trials whose jobs' states are needed: by those that run or wait, and by those with which
    what was cut off will be tried again."""
    repeated = {TrialView(trial).retry_of for trial in trials}
    result = set()
    for trial in trials:
        cut_off = trial.state == TrialState.FAIL and TrialView(trial).cause in CUT_OFF
        to_come = cut_off and trial.number not in repeated
        if to_come or not trial.state.is_finished():
            result |= {other.number for other in predecessors(trials, trial.number)}
        if to_come:
            result.add(trial.number)
    return result


def finished_replicates(
    trials: Sequence[FrozenTrial], number: int, races: bool
) -> dict[int, tuple[str, float]]:
    """Folders and values of the replicates that earlier tries have left to a trial, by their indexes; to a
    finalist that goes on after it was stopped, those before that too.

    Args:
        races: whether trials report their replicates. Else the first one's job reports its steps, and runs
            again where a later try does not have them: a pruner is to see them in the trial that counts.
    """
    result: dict[int, tuple[str, float]] = {}
    goes_on = TrialView(trials[number]).goes_on
    for other in _finalists_before(trials, number) if races else earlier_tries(trials, number):
        view, reported = TrialView(other), other.intermediate_values
        if races:
            values = {index: reported[index] for index in range(len(reported)) if index in reported}
        else:
            values = dict(enumerate(view.replicates))
        if not races and not goes_on:
            values.pop(0, None)
        for index, folder in enumerate(view.folders):
            if index in values:
                result.setdefault(index, (folder, values[index]))
        goes_on = goes_on and view.goes_on
    return result


def _finalists_before(trials: Sequence[FrozenTrial], number: int) -> Iterator[FrozenTrial]:
    """All trials that have run replicates of a finalist before this one, the last one first."""
    while True:
        yield from earlier_tries(trials, number)
        resumption = TrialView(trials[number]).resumes  # of one that is tried again too
        if resumption is None:
            return
        number = resumption.trial
        yield trials[number]
