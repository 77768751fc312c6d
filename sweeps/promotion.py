"""Promotion: a stopped trial that has come to be among the best of its rung goes on."""

from __future__ import annotations

from optuna.study import Study

from sweeps import attributes
from sweeps.account import account_of
from sweeps.continuation import enqueue_continuation
from sweeps.halving import promotable


def enqueue_promotion(study: Study) -> int | None:
    """Enqueues the trial that goes on with the one that is to be promoted; one at a time, since every result
    may change which that is.

    It follows from the trials that the study holds, so that doing it twice changes nothing.

    Returns:
        the number of the promoted trial; None where there is none, one waits already, or what a stopped sweep
        had begun waits to be done first.
    """
    account = account_of(study)
    if account.begun() or any(
        attributes.CONTINUES in trial.user_attrs and attributes.RETRY_OF not in trial.user_attrs
        for trial in account.waiting()
    ):
        return None
    stopped = promotable(study)
    if stopped is None:
        return None
    enqueue_continuation(study, stopped, {})
    return stopped.number
