"""Taking a trial out of a study: which of those that wait, or a new one.

Trials that are tried again because a worker died on them are taken by no worker that has company: one that
kills its worker would, under a launcher whose workers die together, take innocent ones with it each time.
"""

from __future__ import annotations

from collections.abc import Sequence

from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps import attributes


def suspects(trials: Sequence[FrozenTrial]) -> set[int]:
    """The numbers of waiting trials on whose last try a worker died."""
    return {
        trial.number
        for trial in trials
        if trial.state == TrialState.WAITING
        and attributes.RETRY_OF in trial.user_attrs
        and trials[trial.user_attrs[attributes.RETRY_OF]].user_attrs.get(attributes.CAUSE) == attributes.LOST
    }


def ask(study: Study, alone: bool, only_suspects: bool, may_create: bool) -> Trial | None:
    """Takes the first waiting trial that this worker may take, or makes a new one.

    Does what `Study.ask` does, which would take any.

    Args:
        alone: whether the worker has no company.
        only_suspects: take no other trial.
        may_create: whether there may be further trials than those that wait.

    Returns:
        None where there is none that it may take.
    """
    storage = study._storage
    study._thread_local.cached_all_trials = None
    trials = study.get_trials(deepcopy=False)
    barred = suspects(trials)
    for trial in trials:
        if trial.state != TrialState.WAITING:
            continue
        wanted = trial.number in barred if only_suspects else alone or trial.number not in barred
        if wanted and storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING):
            return Trial(study, trial._trial_id)
    if only_suspects or not may_create:
        return None
    return Trial(study, storage.create_new_trial(study._study_id))
