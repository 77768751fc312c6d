"""Taking a trial out of a study: which of those that wait, or a new one.

Trials that are tried again because a worker died on them are taken by no worker that has company: one that
kills its worker would, under a launcher whose workers die together, take innocent ones with it each time.
What a stopped sweep had begun comes first, so that it does what it would have done; then what resumes
promoted trials: these are no further ones, and the best that are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from sweeps.search.budget import Budget
from sweeps.study.account import Account, account_of
from sweeps.study.facts import LIVE
from sweeps.study.holding import held_key
from sweeps.study.leases import Lease
from sweeps.study.notes import note_job
from sweeps.study.tally import is_ahead
from sweeps.study.trial import Cause, Job, Spared, TrialView, attributes_of


class Taken(NamedTuple):
    """A trial that this process runs from now on, and its lease."""

    trial: Trial
    lease: Lease


def suspects(account: Account) -> set[int]:
    """The numbers of waiting trials on whose last try a worker died, and not because its sweep did."""
    return {
        trial.number
        for trial in account.waiting_repeats()
        if _is_suspect(account.trials[account.repeated_by(trial.number)])
    }


def _is_suspect(trial: FrozenTrial) -> bool:
    view = TrialView(trial)
    return view.cause == Cause.LOST and view.spared != Spared.SWEEP_DIED


def ask(
    study: Study,
    alone: bool,
    only_suspects: bool,
    may_create: bool,
    lease_of: Callable[[Trial | FrozenTrial], Lease],
    claim: Job,
    only_ahead: bool = False,
) -> Taken | None:
    """Takes the first waiting trial that this worker may take, or makes a new one.

    Does what `Study.ask` does, which would take any. At every moment a RUNNING trial is known to be this
    process's: the lease of one that waits is taken before it, and it says whose it is before it does anything
    that might kill the worker; a new one says so as it is made.

    Args:
        alone: whether the worker has no company.
        only_suspects: take no other trial.
        may_create: whether there may be further trials than those that wait.
        lease_of: of a trial; not taken yet.
        claim: what a trial says of its worker.
        only_ahead: take no other trial than one that goes on with another.

    Returns:
        None where there is none that it may take.
    """
    storage = study._storage
    study._thread_local.cached_all_trials = None
    account = account_of(study)
    suspect_numbers = suspects(account)
    for trial in account.waiting():
        wanted = (
            trial.number in suspect_numbers if only_suspects else alone or trial.number not in suspect_numbers
        )
        wanted = wanted and (not only_ahead or is_ahead(trial, account.trials))
        if wanted and (lease := _reserved(lease_of(trial))) is not None:
            try:
                if storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING):
                    note_job(storage, trial._trial_id, claim)
                    return _taken(study, trial._trial_id, lease)
            except BaseException:
                lease.release()
                raise
            lease.release()
    if only_suspects or only_ahead or not may_create:
        return None
    new = create_trial(state=TrialState.RUNNING, user_attrs=attributes_of(claim))
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


def is_too_many(account: Account, number: int, budget: Budget) -> bool:
    """Whether processes that do not share the folder's lock have taken the last of the budget, or the same
    combination, at the same moment.

    Of new trials, and of those that repeat or resume the same one, the lowest number counts. One that
    waited gives way to all that run or have run, since one with a higher number may have looked before it was
    taken. Where each gives way to the other, what they try is enqueued again.

    Args:
        account: of the study.
        number: of the trial that was taken just now.
    """
    trial = account.trials[number]
    view = TrialView(trial)
    key = view.combination
    if budget.grid and key is None:
        return True
    waited = view.enqueued is not None
    last = len(account.trials) - 1 if waited else number
    own = {number} if view.resumes is None else {number, view.resumes.trial}
    if key is not None and any(
        other.state in LIVE and not account.is_resumed(other.number, last)
        for other in account.with_combination(key)
        if other.number <= last and other.number not in own
    ):
        return True
    if account.is_rivalled(number):
        return True
    if budget.n_trials is None:
        return False
    if not waited:
        return account.live_before(number) >= budget.n_trials
    itself = trial.state in LIVE and not account.is_resumed(number, last)
    return account.live() - itself >= budget.n_trials


def is_repetition(account: Account, number: int) -> bool:
    """Whether another trial holds the combination that this one has just drawn from a finite space.

    Processes that do not share the folder's lock may draw the same at the same moment. Whoever sees another
    gives way, whatever its number: one with a higher number may have looked before this one had drawn. Where
    each gives way to the other, the combination is there to be drawn again. One that repeats a failed trial
    gives way to one that runs or has a result only; whoever resumes a stopped one, to none
    (`Account.is_rivalled`).
    """
    view = TrialView(account.trials[number])
    return view.resumes is None and is_held_by_another(account, number)


def is_held_by_another(account: Account, number: int) -> bool:
    """Whether what a trial has drawn is another's, so that it need not be tried by this one."""
    view = TrialView(account.trials[number])
    if view.drawn is None:
        return False
    before = view.retry_of
    again = before is not None and held_key(account.trials[before]) == view.drawn
    return account.is_held(view.drawn, number, live=again)
