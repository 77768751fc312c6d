"""The rungs of a study that halves: who has reached which, kept from one look at its trials to the next."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.indexes import Index
from sweeps.study.objective import Objective
from sweeps.study.trial import TrialView, is_surplus

Place = tuple[int, int]  # a bracket, and a rung of it


class _Links(NamedTuple):
    """What a trial says of others.

    Attributes:
        resumes: the stopped trial that it resumes, and in whose place it counts: it has not failed.
        tries: the one that it resumes, or tried to.
        repeats: the one that it repeats.
        failed: whether it is a failed attempt to resume one.
    """

    resumes: int | None
    tries: int | None
    repeats: int | None
    failed: bool


class _Reached(NamedTuple):
    """What a trial adds to the rungs.

    Attributes:
        values: with which it reached them; less is better.
        stopped: the last of them and the value, step and number, of one that was stopped there.
    """

    values: tuple[tuple[Place, float], ...]
    stopped: tuple[Place, tuple[float, int, int]] | None


_NOTHING = _Reached((), None)


class Candidate(NamedTuple):
    """A stopped trial that may be promoted.

    Attributes:
        step: at which it was stopped.
        cost: its value there; less is better.
        number: its.
    """

    step: int
    cost: float
    number: int


class Rungs:
    """The rungs that the latest trials of configurations have reached (`sweeps.study.lineage.latest`).

    Args:
        objective: of the values.
        bracket: of a trial.
    """

    def __init__(self, objective: Objective, bracket: Callable[[FrozenTrial], int]) -> None:
        self._objective, self._bracket = objective, bracket
        self._trials: Sequence[FrozenTrial] = ()
        self._open: list[int] = []
        self._links: list[_Links] = []
        self._reached: list[_Reached] = []
        self._promoted, self._tried, self._repeated = Index(), Index(), Index()
        self._values: dict[Place, list[float]] = {}  # each in its order
        self._stopped: dict[Place, list[tuple[float, int, int]]] = {}

    def look(self, trials: Sequence[FrozenTrial]) -> None:
        """Brings them up to date.

        Args:
            trials: all that the study has now, by number.
        """
        before, self._trials = self._trials, trials
        changed_numbers = [number for number in self._open if trials[number] is not before[number]]
        touched_numbers = set(changed_numbers)
        for number in [*changed_numbers, *range(len(before), len(trials))]:
            touched_numbers |= self._link(number)
        for number in sorted(touched_numbers):
            self._place(number)
        self._open = [n for n in [*self._open, *range(len(before), len(trials))] if not _ended(trials[n])]

    def _link(self, number: int) -> set[int]:
        """Notes what a trial says of others; returns the trials whose standing that may change."""
        links = _links_of(self._trials[number])
        if number == len(self._links):
            self._links.append(_Links(None, None, None, False))
            self._reached.append(_NOTHING)
        for present, link_set in ((False, self._links[number]), (True, links)):
            for index, other in (
                (self._promoted, link_set.resumes),
                (self._tried, link_set.tries),
                (self._repeated, link_set.repeats),
            ):
                if other is not None:
                    index.change(other, number, present)
        touched_numbers = {number, *self._links[number][:3], *links[:3]}
        self._links[number] = links
        return {other for other in touched_numbers if other is not None}

    def _place(self, number: int) -> None:
        standing = _NOTHING
        if number not in self._promoted and number not in self._repeated and not self._links[number].failed:
            standing = self._reached_by(self._trials[number])
        before = self._reached[number]
        if standing == before:
            return
        self._reached[number] = standing
        for place, value in before.values:
            _remove(self._values[place], value)
        for place, value in standing.values:
            bisect.insort(self._values.setdefault(place, []), value)
        if before.stopped is not None:
            _remove(self._stopped[before.stopped[0]], before.stopped[1])
        if standing.stopped is not None:
            bisect.insort(self._stopped.setdefault(standing.stopped[0], []), standing.stopped[1])

    def _reached_by(self, trial: FrozenTrial) -> _Reached:
        values = list(TrialView(trial).rung_values)
        if not values:
            return _NOTHING
        bracket = self._bracket(trial)
        at, stop = stopped_at(trial), None
        if at is not None and trial.last_step is not None:
            own = self._objective.cost(trial.intermediate_values[trial.last_step])
            stop = ((bracket, at), (own, trial.last_step, trial.number))
        costs = map(self._objective.cost, values)
        return _Reached(tuple(((bracket, rung), cost) for rung, cost in enumerate(costs)), stop)

    def candidates(self, eta: int, least: int) -> list[Candidate]:
        """The stopped trials that are among the best 1/eta of their rung, and not resumed yet.

        Args:
            least: so many must have reached a rung, and one more.
        """
        result = []
        for place, stops in self._stopped.items():
            rivals = self._values[place]
            good = len(rivals) // eta if len(rivals) > least else 0
            for own, step, number in stops:
                if bisect.bisect_left(rivals, own) >= good:
                    break
                if number not in self._tried:
                    result.append(Candidate(step, own, number))
        return result


def stopped_at(trial: FrozenTrial) -> int | None:
    """The rung at which a trial was stopped; None of one that was not, or was for an undefined value."""
    if trial.state != TrialState.PRUNED or trial.last_step is None:
        return None
    values = list(TrialView(trial).rung_values)
    return len(values) - 1 if values and values[-1] == trial.intermediate_values[trial.last_step] else None


def _links_of(trial: FrozenTrial) -> _Links:
    view = TrialView(trial)
    if view.resumes is None:
        return _Links(None, None, view.retry_of, False)
    other = view.resumes.trial
    failed = trial.state == TrialState.FAIL
    return _Links(None if failed else other, None if is_surplus(trial) else other, view.retry_of, failed)


def _ended(trial: FrozenTrial) -> bool:
    return trial.state.is_finished()


def _remove(sorted_items: list[Any], item: object) -> None:
    del sorted_items[bisect.bisect_left(sorted_items, item)]
