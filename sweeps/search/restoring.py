"""Results that jobs left in their folders and the study does not know: entered again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.results import record_results, result_file
from sweeps.results.result_file import Result
from sweeps.study.folder import OWN_FILES, StudyFolder
from sweeps.study.holding import combination_key
from sweeps.study.leases import Watch
from sweeps.study.notes import note_attributes
from sweeps.study.trial import TrialView


def restore_results(
    study: Study, folder: StudyFolder, watch: Watch, objective: Sequence[str] | None, everywhere: bool
) -> list[int]:
    """Enters the results that the study lacks; to be called within the lock of the study's folder.

    A trial whose worker died after its job had ended is COMPLETE, or PRUNED, with what the job returned. One
    that the study does not hold any more, or only as one that waits, is COMPLETE again if it was.

    Args:
        objective: names in the jobs' records; None for what the jobs return.
        everywhere: whether to look in all folders, as after damage; else only where a running trial has its
            job.

    Returns:
        the numbers of the trials entered.
    """
    entered_numbers = []
    trials = study.get_trials(deepcopy=False)
    folders = [(trial, TrialView(trial).folder) for trial in trials]
    finished_places = {str(own) for trial, own in folders if trial.state.is_finished()}
    running = {own: trial for trial, own in folders if not trial.state.is_finished() and own is not None}
    # The study may have lost, with its last records, in which folder a trial has run.
    lost = any(_lacks_folder(trial) and watch.is_dead(trial) for trial in trials)
    places = {*running, *(_folders(folder.path) if everywhere or lost else ())}
    results = []
    for place in sorted(places - finished_places):
        result = result_file.read(folder.path / place / result_file.NAME, study.study_name)
        if result is not None and not _belongs(result, place):
            result = None
        if result is None and place in running:
            result = record_results.read(folder.path, running[place], study, objective)
        if result is not None:
            results.append(result)
    for result in sorted(results, key=lambda result: result.number):
        number = _enter(study, result, watch)
        if number is not None:
            entered_numbers.append(number)
    return entered_numbers


def _lacks_folder(trial: FrozenTrial) -> bool:
    return trial.state == TrialState.RUNNING and TrialView(trial).folder is None


def _belongs(result: Result, place: str) -> bool:
    return TrialView(result).folder == place


def _folders(root: Path) -> Iterator[str]:
    for path, below, files in os.walk(root):
        if Path(path) == root:
            below[:] = [name for name in below if name not in OWN_FILES and not name.startswith(".")]
        if result_file.NAME in files:
            yield str(Path(path).relative_to(root))
            below.clear()


def _enter(study: Study, result: Result, watch: Watch) -> int | None:
    if result.values is not None and len(result.values) != len(study.directions):
        return None
    trials = study.get_trials(deepcopy=False)
    trial = trials[result.number] if result.number < len(trials) else None
    if trial is not None and trial.state == TrialState.RUNNING:
        own = TrialView(trial).folder
        if own == TrialView(result).folder and watch.is_dead(trial):
            return trial.number if _finish(study, trial, result) else None
        if own is not None or not watch.is_dead(trial):
            return None
    if result.state != TrialState.COMPLETE:
        return None  # it is run again: the rungs that it has passed may be lost too
    if trial is not None and trial.state != TrialState.FAIL and _same(trial, result):
        return trial.number if _fill(study, trial, result) else None
    if _is_present(trials, result):
        return None
    new_trial = optuna.trial.create_trial(
        state=TrialState.COMPLETE,
        values=list(result.values or ()),
        params=result.params,
        distributions=result.distributions,
        user_attrs=result.user_attrs,
        system_attrs=result.system_attrs,
        intermediate_values=result.intermediate_values,
    )
    new_trial.datetime_start, new_trial.datetime_complete = result.started, result.ended
    study.add_trial(new_trial)
    return study.get_trials(deepcopy=False)[-1].number


def _finish(study: Study, trial: FrozenTrial, result: Result) -> bool:
    """Ends a running trial as its job ended."""
    if result.intermediate_values.keys() != trial.intermediate_values.keys():  # a value may be NaN
        if result.state != TrialState.COMPLETE:
            return False
        return _fill(study, trial, result)
    return _settle(study, trial, result)


def _fill(study: Study, trial: FrozenTrial, result: Result) -> bool:
    """Gives a trial all that its result has and it lacks, and ends it."""
    storage, trial_id = study._storage, trial._trial_id
    if trial.state == TrialState.WAITING and not storage.set_trial_state_values(trial_id, TrialState.RUNNING):
        return False
    for name, value in result.params.items():
        if name not in trial.params:
            own = result.distributions[name]
            storage.set_trial_param(trial_id, name, own.to_internal_repr(value), own)
    for step, value in result.intermediate_values.items():
        if step not in trial.intermediate_values:
            storage.set_trial_intermediate_value(trial_id, step, value)
    for name, value in result.system_attrs.items():
        if name not in trial.system_attrs:
            storage.set_trial_system_attr(trial_id, name, value)
    return _settle(study, trial, result)


def _settle(study: Study, trial: FrozenTrial, result: Result) -> bool:
    storage, trial_id = study._storage, trial._trial_id
    try:
        note_attributes(storage, trial, result.user_attrs, result.reason)
        values = list(result.values) if result.values is not None else _last(trial)
        storage.set_trial_state_values(trial_id, result.state, values)
    except (optuna.exceptions.UpdateFinishedTrialError, RuntimeError):
        return False
    return True


def _last(trial: FrozenTrial) -> list[float] | None:
    """The value that Optuna gives a pruned trial: its last one."""
    if trial.last_step is None:
        return None
    last = trial.intermediate_values[trial.last_step]
    return None if last != last else [last]


def _same(trial: FrozenTrial, result: Result) -> bool:
    """Whether a trial that waits, or ran without having said where, is the one of a result."""
    if trial.state.is_finished():
        return False
    view, key = TrialView(trial), TrialView(result).combination
    if view.combination is not None or key is not None:
        return view.combination == key
    fixed_params = view.enqueued or {}
    return all(result.params.get(name) == value for name, value in fixed_params.items()) and (
        trial.params.items() <= result.params.items()
    )


def _is_present(trials: list[FrozenTrial], result: Result) -> bool:
    """Whether the combination of a result is held by another trial already, run or to be run again."""
    key, folder = TrialView(result).combination, TrialView(result).folder
    for trial in trials:
        view = TrialView(trial)
        if view.folder == folder:
            return True
        complete = trial.state == TrialState.COMPLETE
        if complete and key is not None and view.combination == key:
            return True
        if complete and key is None and combination_key(trial.params) == combination_key(result.params):
            return True
    return False
