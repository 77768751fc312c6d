"""A study's account: what its trials amount to, kept from one look at them to the next.

A worker asks many times a trial how its study stands, and a study may hold ten thousand trials. Trials that
have ended never change: so only those are looked at that are new, or had not ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from weakref import WeakKeyDictionary

from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.study.facts import LIVE, Facts, facts_of
from sweeps.study.indexes import Index, Ordered
from sweeps.study.objective import Objective
from sweeps.study.spans import Spans, span_of
from sweeps.study.tally import Tally
from sweeps.study.trial import ended_with_its_sweep, is_surplus


class Account:
    """What a study's trials amount to.

    Args:
        trials: all that it has; `look` takes later ones.

    Attributes:
        trials: all that it had when they were last looked at, by number.
    """

    def __init__(self, trials: Sequence[FrozenTrial] = ()) -> None:
        self.trials: Sequence[FrozenTrial] = ()
        self._facts: list[Facts] = []
        self._states = {state: 0 for state in TrialState}
        self._waiting, self._running = Ordered(), Ordered()
        self._begun = Ordered()  # of those that wait, the ones that a stopped sweep had begun
        self._ahead = Ordered()  # of the others, the ones that resume a stopped trial
        self._failures: set[int] = set()  # FAIL, and no surplus
        self._surplus: set[int] = set()
        self._live = Ordered()  # COMPLETE, PRUNED or RUNNING
        self._undrawn = Ordered()
        self._repeats, self._combinations, self._attempts = Index(), Index(), Index()
        self._held = Index()  # by the key of a combination, those that keep it from being drawn
        self._promoted = Index()  # by the stopped trial, those that resume it and have not failed
        self._resumed = Index()  # of these, those that do not wait
        self._resuming = Ordered()  # of each of these, the first
        self._lowest: tuple[float, int] | None = None
        self._highest: tuple[float, int] | None = None
        self._spans = Spans()
        self.look(trials)

    def look(self, trials: Sequence[FrozenTrial]) -> None:
        """Brings the account up to date.

        Args:
            trials: all that the study has now, by number. One that has changed is another object, as in all
                of Optuna's storages.
        """
        before, self.trials = self.trials, trials
        for numbers in (self._waiting, self._running):
            for number in numbers:
                if trials[number] is not before[number]:
                    self._count(number, False)
                    self._facts[number] = facts_of(trials[number])
                    self._count(number, True)
        for number in range(len(before), len(trials)):
            self._facts.append(facts_of(trials[number]))
            self._count(number, True)

    def _count(self, number: int, present: bool) -> None:
        facts = self._facts[number]
        self._states[facts.state] += 1 if present else -1
        if facts.state == TrialState.WAITING:
            self._waiting.change(number, present)
            if facts.retry_of is not None and ended_with_its_sweep(self.trials[facts.retry_of]):
                self._begun.change(number, present)
            elif facts.resumes is not None:
                self._ahead.change(number, present)
        else:
            self._count_begun(number, facts, present)
        if not facts.draws:
            self._undrawn.change(number, present)
        if facts.retry_of is not None:
            self._repeats.change(facts.retry_of, number, present)
        if facts.held is not None:
            self._held.change(facts.held, number, present)
        if facts.combination is not None:
            self._combinations.change(facts.combination, number, present)
        if facts.resumes is not None:
            self._count_resuming(number, facts, present)

    def _count_begun(self, number: int, facts: Facts, present: bool) -> None:
        if facts.state == TrialState.RUNNING:
            self._running.change(number, present)
        else:
            self._settle(self.trials[number])  # for ever
        if facts.state != TrialState.FAIL:
            self._live.change(number, present)
        else:
            (self._surplus if facts.surplus else self._failures).add(number)

    def _count_resuming(self, number: int, facts: Facts, present: bool) -> None:
        self._attempts.change(facts.resumes, number, present)
        if facts.state == TrialState.FAIL:
            return
        self._promoted.change(facts.resumes, number, present)
        if facts.state == TrialState.WAITING:
            return
        first = min(self._resumed[facts.resumes], default=None)
        self._resumed.change(facts.resumes, number, present)
        now = min(self._resumed[facts.resumes], default=None)
        if first != now:
            for which, added in ((first, False), (now, True)):
                if which is not None:
                    self._resuming.change(which, added)

    def _settle(self, trial: FrozenTrial) -> None:
        span = span_of(trial)
        if span is not None:
            self._spans.add(*span)
        if trial.state == TrialState.COMPLETE and trial.values is not None and len(trial.values) == 1:
            value, number = trial.values[0], trial.number
            self._lowest = min(self._lowest or (value, number), (value, number))
            self._highest = min(self._highest or (-value, number), (-value, number))  # of equals the first

    def tally(self, objective: Objective, now: Callable[[], datetime] = datetime.now) -> Tally:
        """The same as `sweeps.study.tally.tally` counts."""
        retried = sum(number in self._repeats for number in self._failures)
        promoted = len(self._promoted)
        best = self._lowest if objective.minimized else self._highest
        return Tally(
            complete=self._states[TrialState.COMPLETE],
            pruned=self._states[TrialState.PRUNED] - promoted,
            promoted=promoted,
            failed=len(self._failures) - retried,
            failed_drawn=sum(
                number not in self._repeats and self._facts[number].held is not None
                for number in self._failures
            ),
            retried=retried,
            running=self._states[TrialState.RUNNING],
            waiting=self._states[TrialState.WAITING],
            ahead=len(self._ahead) + len(self._begun),
            combinations=len(self._held),
            best=self.trials[best[1]] if best is not None else None,
            trials=self.trials,
            spent=partial(self._spans.seconds, [self.trials[number] for number in self._running]),
            now=now,
        )

    def waiting(self) -> Iterator[FrozenTrial]:
        """Those that wait, in the order in which they are to be taken. What a stopped sweep had begun comes
        first, so that it does what it would have done; then the ones that resume a stopped trial, since they
        are no further ones, and the best that are known."""
        trials = self.trials
        yield from (trials[number] for number in self._begun)
        yield from (trials[number] for number in self._ahead)
        for number in self._waiting:
            if number not in self._begun and self._facts[number].resumes is None:
                yield trials[number]

    def begun(self) -> list[FrozenTrial]:
        """Those that wait and that a stopped sweep had begun."""
        return self._all(self._begun)

    def waiting_repeats(self) -> list[FrozenTrial]:
        """Those that wait and repeat another."""
        return [self.trials[n] for n in self._waiting if self._facts[n].retry_of is not None]

    def failures(self) -> list[FrozenTrial]:
        """Those that failed and are not repeated, other than surplus ones."""
        return self._all(number for number in self._failures if number not in self._repeats)

    def surplus(self) -> list[FrozenTrial]:
        """Those that have given way to others."""
        return self._all(self._surplus)

    def repeated_by(self, number: int) -> int:
        """The number of the trial that this one repeats."""
        predecessor = self._facts[number].retry_of
        assert predecessor is not None
        return predecessor

    def repeats(self, number: int) -> list[FrozenTrial]:
        """Those that repeat a trial."""
        return self._all(self._repeats[number])

    def resumptions(self, number: int) -> list[FrozenTrial]:
        """Those that resume a stopped trial, or tried to."""
        return self._all(self._attempts[number])

    def is_rivalled(self, number: int) -> bool:
        """Whether a trial before this one repeats, or resumes, the same one, and has not given way. That
        does not change: trials are numbered as they come, and who has given way has ended."""
        facts = self._facts[number]
        if facts.retry_of is not None:
            rivals = self.repeats(facts.retry_of)
        elif facts.resumes is not None:
            rivals = self.resumptions(facts.resumes)
        else:
            return False
        return any(other.number < number and not is_surplus(other) for other in rivals)

    def with_combination(self, key: str) -> list[FrozenTrial]:
        """Those that try a combination."""
        return self._all(self._combinations[key])

    def is_held(self, key: str, number: int, live: bool = False) -> bool:
        """Whether any trial has a combination, or is to, which this one neither repeats nor resumes.

        Args:
            live: count only those that run, or have a result.
        """
        holders = {n for n in self._held[key] if not live or self._facts[n].state in LIVE}
        predecessor: int | None = number
        while holders and predecessor is not None:
            holders.discard(predecessor)
            facts = self._facts[predecessor]
            predecessor = facts.retry_of if facts.retry_of is not None else facts.resumes
        return bool(holders)

    def _all(self, numbers: Iterable[int]) -> list[FrozenTrial]:
        return [self.trials[number] for number in sorted(numbers)]

    def draws_before(self, number: int) -> int:
        """How many of the trials before this one took a draw of their own."""
        return number - self._undrawn.below(number)

    def live_before(self, number: int) -> int:
        """How many of the trials before this one have a result or run; one that was stopped, and those up to
        this one that resume it or have, count as one."""
        return self._live.below(number) - self._resuming.below(number + 1)

    def live(self) -> int:
        """How many have a result or run; one that was stopped, and those that resume it, count as one."""
        return self.live_before(len(self.trials))

    def is_resumed(self, stopped_number: int, number: int) -> bool:
        """Whether another trial, up to this one, resumes a stopped one, or has; not if it waits to."""
        return any(other <= number for other in self._resumed[stopped_number])


_accounts: WeakKeyDictionary[BaseStorage, dict[int, Account]] = WeakKeyDictionary()
_lock = threading.Lock()


def account_of(study: Study) -> Account:
    """The account of a study, up to date. It is kept beside the study's storage, in this process: whoever
    asks for it next need not go through what has ended."""
    storage, study_id = study._storage, study._study_id
    trials = storage.get_all_trials(study_id, deepcopy=False)
    with _lock:
        account = _accounts.setdefault(storage, {}).setdefault(study_id, Account())
        account.look(trials)
    return account
