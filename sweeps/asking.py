"""Taking a trial out of a study: which of those that wait, or a new one.

Trials that are tried again because a worker died on them are taken by no worker that has company: one that
kills its worker would, under a launcher whose workers die together, take innocent ones with it each time.
Stopped trials that go on come first: they are no further ones, and the best that are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from sweeps import attributes
from sweeps.budget import Budget
from sweeps.continuation import continuation_of, superseded
from sweeps.leases import Lease


class Taken(NamedTuple):
    """A trial that this process runs from now on, and its lease."""

    trial: Trial
    lease: Lease


def suspects(trials: Sequence[FrozenTrial]) -> set[int]:
    """The numbers of waiting trials on whose last try a worker died, and not because its sweep did."""
    return {
        trial.number
        for trial in trials
        if trial.state == TrialState.WAITING
        and attributes.RETRY_OF in trial.user_attrs
        and _is_suspect(trials[trial.user_attrs[attributes.RETRY_OF]])
    }


def _is_suspect(trial: FrozenTrial) -> bool:
    lost = trial.user_attrs.get(attributes.CAUSE) == attributes.LOST
    return lost and trial.user_attrs.get(attributes.SPARED) != attributes.SWEEP_DIED


def ask(
    study: Study,
    alone: bool,
    only_suspects: bool,
    may_create: bool,
    lease_of: Callable[[Trial | FrozenTrial], Lease],
    claim: Mapping[str, Any],
) -> Taken | None:
    """Takes the first waiting trial that this worker may take, or makes a new one.

    Does what `Study.ask` does, which would take any. At every moment a RUNNING trial is known to be this
    process's: the lease of one that waits is taken before it, a new one says whose it is as it is made.

    Args:
        alone: whether the worker has no company.
        only_suspects: take no other trial.
        may_create: whether there may be further trials than those that wait.
        lease_of: of a trial; not taken yet.
        claim: what a new trial says of its worker.

    Returns:
        None where there is none that it may take.
    """
    storage = study._storage
    study._thread_local.cached_all_trials = None
    trials = study.get_trials(deepcopy=False)
    barred = suspects(trials)
    waiting = [trial for trial in trials if trial.state == TrialState.WAITING]
    for trial in sorted(waiting, key=lambda trial: attributes.CONTINUES not in trial.user_attrs):
        wanted = trial.number in barred if only_suspects else alone or trial.number not in barred
        if wanted and (lease := _reserved(lease_of(trial))) is not None:
            try:
                if storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING):
                    return _taken(study, trial._trial_id, lease)
            except BaseException:
                lease.release()
                raise
            lease.release()
    if only_suspects or not may_create:
        return None
    new = create_trial(state=TrialState.RUNNING, user_attrs={attributes.JOB: dict(claim)})
    trial_id = storage.create_new_trial(study._study_id, template_trial=new)
    lease = lease_of(storage.get_trial(trial_id))
    lease.take()
    return _taken(study, trial_id, lease)


def _reserved(lease: Lease) -> Lease | None:
    try:
        lease.take()
    except TimeoutError:  # a child of an earlier job lives on and has inherited it
        return None
    return lease


def _taken(study: Study, trial_id: int, lease: Lease) -> Taken:
    try:
        trial = Trial(study, trial_id)
    except BaseException:
        lease.release()
        raise
    lease.trial = trial
    return Taken(trial, lease)


def is_surplus(trials: Sequence[FrozenTrial], trial: FrozenTrial, budget: Budget) -> bool:
    """Whether processes that do not share the folder's lock have taken the last of the budget, or the same
    combination, at the same moment: the lower number is the one that counts.

    Args:
        trials: all of the study.
        trial: that was taken just now.
    """
    key = trial.user_attrs.get(attributes.COMBINATION)
    if budget.grid and key is None:
        return True
    gone = superseded(trials[: trial.number + 1])
    earlier = trials[: trial.number]
    live = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    taken = [other for other in earlier if other.state in live and other.number not in gone]
    if key is not None and any(other.user_attrs.get(attributes.COMBINATION) == key for other in taken):
        return True
    held = continuation_of(trial)
    repeated = trial.user_attrs.get(attributes.RETRY_OF)
    for other in earlier:
        if other.user_attrs.get(attributes.CAUSE) == attributes.SURPLUS:
            continue
        if repeated is not None and other.user_attrs.get(attributes.RETRY_OF) == repeated:
            return True
        if repeated is None and held is not None and continuation_of(other) == held:
            return True
    return budget.n_trials is not None and len(taken) >= budget.n_trials
