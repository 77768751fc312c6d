"""Reinstatement: a stopped finalist goes on where the one to which it has lost fails for good."""

from __future__ import annotations

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.queue import may_be_repeated
from sweeps.study.account import Account, account_of
from sweeps.study.lineage import enqueue_resumption
from sweeps.study.trial import TrialView, is_surplus


def enqueue_reinstated(study: Study, retries: int) -> list[int]:
    """Enqueues the trials that go on with those that lost to one which has failed for good. They race again,
    with the values that they have.

    It follows from the trials that the study holds, so that doing it twice changes nothing.

    Args:
        retries: how often a trial that raised is tried again.

    Returns:
        the numbers of the stopped trials.
    """
    account = account_of(study)
    stopped = [
        trial
        for trial in account.trials
        if trial.state == TrialState.PRUNED and _is_robbed(account, trial, retries)
    ]
    for trial in stopped:
        enqueue_resumption(study, trial)
    return [trial.number for trial in stopped]


def _is_robbed(account: Account, trial: FrozenTrial, retries: int) -> bool:
    """Whether nobody is left of whom a stopped finalist was worse, and it does not go on yet."""
    rival = TrialView(trial).lost_to
    if rival is None or account.resumptions(trial.number):
        return False
    last = _last_of(account, rival)
    return last.state == TrialState.FAIL and not may_be_repeated(account.trials, last, retries)


def _last_of(account: Account, number: int) -> FrozenTrial:
    """The last trial of a finalist: that repeats it, or goes on with it."""
    while later := [
        other
        for other in [*account.repeats(number), *account.resumptions(number)]
        if other.number > number and not is_surplus(other)
    ]:
        number = later[-1].number
    return account.trials[number]
