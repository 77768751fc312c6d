"""Trials that were stopped or cut off, for tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.halving import SuccessiveHalvingPruner
from sweeps.study import attributes
from sweeps.study.notes import note_reached
from sweeps.study.trial import Cause
from tests.sweeps.parts import journal_study


def study_of(folder: Path, kind: str = "memory") -> optuna.Study:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    if kind == "journal":
        return journal_study(folder, pruner=pruner)
    storage = f"sqlite:///{folder}/study.db" if kind == "sqlite" else None
    return optuna.create_study(storage=storage, pruner=pruner)


def stopped(study: optuna.Study, values: list[float]) -> FrozenTrial:
    """A trial that was stopped after its last value."""
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    for step, value in enumerate(values, start=1):
        trial.report(value, step)
        trial.should_prune()
    trial.set_user_attr(attributes.COMBINATION, "key")
    study.tell(trial, state=TrialState.PRUNED)
    return study.get_trials()[trial.number]


def cut_off(
    study: optuna.Study,
    values: list[float],
    folder: str,
    replicates: int = 1,
    cause: Cause = Cause.INTERRUPTED,
    reached: Mapping[int, int] | None = None,
) -> FrozenTrial:
    """The next trial, whose job is cut off after it has reported these values beside what it had."""
    trial = study.ask()
    job: dict[str, object] = {"folder": folder}
    if replicates > 1:
        job["replicates"] = [f"{folder}/{index}" for index in range(replicates)]
    trial.set_user_attr(attributes.JOB, job)
    trial.suggest_float("x", 0, 1)
    start = (study.get_trials()[trial.number].last_step or 0) + 1
    for step, value in enumerate(values, start=start):
        trial.report(value, step)
        trial.should_prune()
    if reached:
        note_reached(trial, reached)
    trial.set_user_attr(attributes.CAUSE, cause)
    study.tell(trial, state=TrialState.FAIL)
    return study.get_trials()[trial.number]
