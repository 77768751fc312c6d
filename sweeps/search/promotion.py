"""Promotion: a stopped trial that has come to be among the best of its rung is resumed."""

from __future__ import annotations

from optuna.study import Study

from sweeps.search.halving import promotable
from sweeps.study.account import account_of
from sweeps.study.lineage import enqueue_resumption
from sweeps.study.trial import TrialView


def enqueue_promotion(study: Study) -> int | None:
    """Enqueues the trial that resumes the one that is to be promoted; one at a time, since every result
    may change which that is.

    It follows from the trials that the study holds, so that doing it twice changes nothing.

    Returns:
        the number of the promoted trial; None where there is none, one waits already, or what a stopped sweep
        had begun waits to be done first.
    """
    account = account_of(study)
    waiting = map(TrialView, account.waiting())
    if account.begun() or any(view.resumes is not None and view.retry_of is None for view in waiting):
        return None
    stopped_trial = promotable(study)
    if stopped_trial is None:
        return None
    enqueue_resumption(study, stopped_trial)
    return stopped_trial.number
