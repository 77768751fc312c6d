"""What is written down of a trial beside what Optuna has fields for; `sweeps.study.trial` reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial

from sweeps.study import attributes
from sweeps.study.trial import Job


def note_job(storage: BaseStorage, trial_id: int, job: Job) -> None:
    """Says who runs a trial, and where."""
    storage.set_trial_user_attr(trial_id, attributes.JOB, job.to_attribute())


def note_drawn(storage: BaseStorage, trial_id: int, key: str) -> None:
    """Says what was drawn for a trial: all its values, as a key."""
    storage.set_trial_user_attr(trial_id, attributes.DRAWN, key)


def note_reached(trial: Trial, reached: Mapping[int, int]) -> None:
    """Says how far the jobs of a trial's replicates have come."""
    trial.set_user_attr(attributes.REACHED, {str(index): step for index, step in reached.items()})


def note_beat(trial: Trial, now: float) -> None:
    """Says that the process of a trial lives.

    Args:
        now: seconds since 1970.
    """
    trial.storage.set_trial_user_attr(trial._trial_id, attributes.BEAT, now)


def note_failure(
    storage: BaseStorage, trial_id: int, cause: str, reason: str, excuse: str | None = None
) -> None:
    """Says why a trial that is about to fail does."""
    storage.set_trial_user_attr(trial_id, attributes.CAUSE, cause)
    storage.set_trial_user_attr(trial_id, attributes.REASON, reason)
    if excuse is not None:
        storage.set_trial_user_attr(trial_id, attributes.SPARED, excuse)


def note_attributes(storage: BaseStorage, trial: FrozenTrial, attrs: Mapping[str, Any], reason: str) -> None:
    """Gives a trial the attributes that its result has.

    Args:
        reason: why it was pruned; empty of one that was not.
    """
    wanted_attrs = {**attrs, attributes.REASON: reason} if reason else attrs
    for name, value in wanted_attrs.items():
        if name != attributes.BEAT and trial.user_attrs.get(name) != value:
            storage.set_trial_user_attr(trial._trial_id, name, value)


def note_seeds(storage: BaseStorage, trial_id: int, seeds: Mapping[str, int]) -> None:
    """Says the seeds of a trial's first replicate."""
    storage.set_trial_user_attr(trial_id, attributes.SEEDS, dict(seeds))


def note_reason(storage: BaseStorage, trial_id: int, reason: str) -> None:
    """Says why a trial that is about to be pruned is."""
    storage.set_trial_user_attr(trial_id, attributes.REASON, reason)


def note_loss(storage: BaseStorage, trial_id: int, to: int) -> None:
    """Says to which trial a finalist that is about to be stopped has lost."""
    storage.set_trial_user_attr(trial_id, attributes.LOST_TO, to)


def note_replicates(storage: BaseStorage, trial_id: int, values: Sequence[float]) -> None:
    """Says the value of each replicate."""
    storage.set_trial_user_attr(trial_id, attributes.REPLICATES, list(values))
