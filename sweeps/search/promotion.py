"""Promotion: a stopped trial that is now among the best of its rung is resumed, the furthest first."""

from __future__ import annotations

from optuna.study import Study
from optuna.trial import FrozenTrial

from sweeps.search.halving import HyperbandPruner, SuccessiveHalvingPruner, rungs_of
from sweeps.search.rungs import Candidate
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


def promotable(study: Study) -> FrozenTrial | None:
    """The stopped trial that is to be promoted: among the best 1/eta of all that reached the rung of its
    bracket at which it was stopped, and not yet resumed.

    Returns:
        None where there is none, or the study's pruner does no halving.
    """
    pruner = study.pruner
    if not isinstance(pruner, (SuccessiveHalvingPruner, HyperbandPruner)):
        return None
    trials = study.get_trials(deepcopy=False)
    rungs = rungs_of(study, pruner)
    rungs.look(trials)
    candidates = rungs.candidates(pruner._reduction_factor, pruner._bootstrap_count)
    return trials[min(candidates, key=_rank).number] if candidates else None


def _rank(candidate: Candidate) -> tuple[int, float, int]:
    """As in the algorithm of Li et al. (2020), the rung that took the most comes first; then the best value,
    then the lowest number."""
    return -candidate.step, candidate.cost, candidate.number
