"""What a study has enqueued: a grid's combinations, warm starts, and trials that are tried again.

All of it is derived from the trials that the study holds, so that doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.asking import is_held_by_another
from sweeps.space.parameter import Value
from sweeps.study.account import Account, account_of
from sweeps.study.continuation import came_further
from sweeps.study.holding import combination_key, held_key
from sweeps.study.lineage import earlier_tries, enqueue_repeat, params_of
from sweeps.study.trial import CUT_OFF, Cause, TrialView, attributes_of, is_surplus


def enqueue_missing(study: Study, combinations: Iterable[Mapping[str, Value]], sampled: bool = False) -> int:
    """Enqueues each combination that the study does not hold yet; returns how many it enqueued.

    Args:
        sampled: whether a sampler may have drawn some of them.
    """
    trials = study.get_trials(deepcopy=False)
    held = set(map(held_key, trials)) - {None} if sampled else set()
    # One that gave way after it was drawn named some values only, of which every combination is held.
    views = [TrialView(trial) for trial in trials if not is_surplus(trial) or TrialView(trial).drawn in held]
    present = {view.combination for view in views}
    number = 0
    for values in combinations:
        key = combination_key(values)
        if key not in present and key not in held:
            study.enqueue_trial(dict(values), user_attrs=attributes_of(combination=key))
            present.add(key)
            number += 1
    return number


def enqueue_retries(study: Study, retries: int, can_continue: bool = False) -> int:
    """Enqueues again what failed and may be tried again; returns how many.

    A trial that a signal stopped, or the death of the whole sweep, is always tried again, one whose worker
    died alone once (and as often as it goes on and comes further), one that raised or hung `retries` times.

    Args:
        can_continue: whether the program goes on where a job was cut off. One that raised begins again: what
            it had come to may be the cause.
    """
    account = account_of(study)
    trials = account.trials
    number = 0
    for trial in [*account.failures(), *_repeated_in_vain(account)]:
        if not may_be_repeated(trials, trial, retries):
            continue
        number += 1
        view = TrialView(trial)
        goes_on = can_continue and view.cause in CUT_OFF and view.folder is not None
        enqueue_repeat(study, trial, _params_again(trial), goes_on)
    return number


def _repeated_in_vain(account: Account) -> list[FrozenTrial]:
    """The failed trials whose repeats have all given way to others, and not to the same combination."""
    repeated_numbers = {TrialView(trial).retry_of for trial in account.surplus()}
    return [
        account.trials[number]
        for number in sorted(number for number in repeated_numbers if number is not None)
        if all(map(is_surplus, account.repeats(number))) and not _is_tried(account, account.trials[number])
    ]


def _is_tried(account: Account, trial: FrozenTrial) -> bool:
    """Whether the combination of a trial that failed waits, runs or has run in another trial; or what was
    drawn in its place does."""
    view = TrialView(trial)
    if view.resumes is not None:
        return False
    if any(is_held_by_another(account, repeat.number) for repeat in account.repeats(trial.number)):
        return True
    if view.combination is None:
        return False
    return any(other.state != TrialState.FAIL for other in account.with_combination(view.combination))


def _params_again(trial: FrozenTrial) -> dict[str, Any]:
    """The parameters with which a trial is tried again. One whose worker died while it was drawn has only
    some of them, and never ran: it is drawn anew, and then as it would have been."""
    view = TrialView(trial)
    drawn = view.drawn is not None or view.folder is not None
    if view.job is None or drawn or view.cause == Cause.RAISED:
        return params_of(trial)
    return dict(view.enqueued or {})


def may_be_repeated(trials: Sequence[FrozenTrial], trial: FrozenTrial, retries: int) -> bool:
    """Whether a trial that failed, and that none repeats yet, is to be tried again."""
    view = TrialView(trial)
    if view.cause == Cause.INTERRUPTED or view.spared is not None:
        return True
    limits: dict[str, int] = {Cause.LOST: 1, Cause.RAISED: retries, Cause.TIMED_OUT: retries}
    return _earlier(trials, trial, view.cause) < limits.get(str(view.cause), 0)


def _earlier(trials: Sequence[FrozenTrial], trial: FrozenTrial, cause: object) -> int:
    """How many of the trials that this one repeats ended for the same cause, and it counted: a death does not
    where the next try goes on from what the trial had come to."""
    number, later = 0, TrialView(trial)
    for failed_trial in earlier_tries(trials, trial.number):
        view = TrialView(failed_trial)
        spared = view.spared is not None or (
            cause == Cause.LOST and later.goes_on and came_further(trials, failed_trial)
        )
        number += view.cause == cause and not spared
        later = view
    return number
