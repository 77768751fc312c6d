"""How much a study may still do, and how it stands when nothing more may start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sweeps.search.prospect import costs_of_trials, expected_gain, seed_noise
from sweeps.settings import DEFAULT_TRIALS, Settings
from sweeps.study.objective import Objective
from sweeps.study.tally import Tally

Verdict = Literal["go on", "met", "failures", "exhausted"]


@dataclass(frozen=True)
class Outlook:
    """What further trials promise.

    Attributes:
        trials: so many are left; where the budget names no number, as many as there have been.
        gain: that they can be expected to bring, in the objective's unit.
        worth: they are worth it if it is at least that.
    """

    trials: int
    gain: float
    worth: float

    @property
    def is_poor(self) -> bool:
        """Whether they are not worth it."""
        return self.gain < self.worth


@dataclass(frozen=True)
class Budget:
    """When a sweep ends.

    Attributes:
        n_trials: COMPLETE and PRUNED ones, a stopped trial and those that go on with it being one; None for
            no limit.
        timeout: seconds during which trials ran.
        target: an objective value that is good enough.
        objective: of which that is a value.
        max_failures: failed trials that are borne.
        stop_when: an expected gain of all trials left, below which they are not worth it; `NOISE` for that of
            a trial's value over its seeds; None for never.
        grid: whether only enqueued trials are run.
        size: combinations that the space has, each of which is drawn once; None for no limit.
    """

    n_trials: int | None
    timeout: float | None
    target: float | None
    objective: Objective
    max_failures: int | None
    grid: bool
    size: int | None = None
    stop_when: float | str | None = None

    @property
    def most(self) -> int | None:
        """More trials than that have no place; None for no limit."""
        return min((limit for limit in (self.n_trials, self.size) if limit is not None), default=None)

    def expected(self, tally: Tally) -> int | None:
        """How many trials there are to be in the end, as far as that is known; None where nothing says."""
        enqueued = tally.finished + tally.running + tally.waiting if self.grid else None
        return min((limit for limit in (self.most, enqueued) if limit is not None), default=None)

    def verdict(self, tally: Tally) -> Verdict:
        """How the study stands: whether trials are still wanted, or why not."""
        if self._met(tally):
            return "met"
        if self._too_many_failures(tally):
            return "failures"
        if not self.may_draw(tally) and tally.waiting + tally.running == 0:
            return "exhausted" if (tally.failed if self.grid else tally.failed_drawn) else "met"
        return "go on"

    def may_draw(self, tally: Tally) -> bool:
        """Whether there is anything to draw: a grid is enqueued, and a finite space is used up some time."""
        return not self.grid and not self.is_used_up(tally)

    def is_used_up(self, tally: Tally) -> bool:
        """Whether a finite space that is sampled has no combination that no trial has or is to have."""
        return self.size is not None and tally.combinations >= self.size

    def may_start(self, tally: Tally) -> bool:
        """Whether one more trial may start now."""
        if self.verdict(tally) != "go on" or not (tally.waiting or self.may_draw(tally)):
            return False
        if not tally.ahead and self.outlook(tally).is_poor:
            return False  # what runs may change that
        return self.n_trials is None or tally.finished + tally.running < self.n_trials

    def may_begin(self, tally: Tally) -> bool:
        """Whether one more trial may start that goes on with none: those that wait to go on keep the places
        of the stopped ones."""
        if not self.may_start(tally) or self.outlook(tally).is_poor:
            return False
        return self.n_trials is None or tally.finished + tally.running + tally.ahead < self.n_trials

    def may_promote(self, tally: Tally) -> bool:
        """Whether a stopped trial may still go on; that makes no trial more, so their number is no limit."""
        return not self._spent(tally) and not self._too_many_failures(tally)

    def _too_many_failures(self, tally: Tally) -> bool:
        return self.max_failures is not None and tally.failed > self.max_failures

    def _met(self, tally: Tally) -> bool:
        if self._spent(tally) or (self.n_trials is not None and tally.finished >= self.n_trials):
            return True
        return not (tally.ahead or tally.running) and self.outlook(tally).is_poor

    def outlook(self, tally: Tally) -> Outlook:
        """What the trials left can be expected to gain, where that may end the sweep."""
        if self.stop_when is None:
            return Outlook(0, math.inf, 0.0)
        worth = self.stop_when if isinstance(self.stop_when, float) else seed_noise(tally.trials) or 0.0
        left = self._left(tally)
        if left <= 0:
            return Outlook(0, math.inf, worth)  # what runs is waited for
        return Outlook(left, expected_gain(costs_of_trials(tally.trials, self.objective), left), worth)

    def _spent(self, tally: Tally) -> bool:
        if self.timeout is not None and tally.seconds >= self.timeout:
            return True
        if self.target is None or tally.best is None:
            return False
        return self.objective.reaches(tally.best.values[0], self.target)

    def _left(self, tally: Tally) -> int:
        """How many trials may still begin; where nothing says, as many as there have been."""
        limits = [tally.waiting] if self.grid else []
        if self.n_trials is not None:
            limits.append(self.n_trials - tally.finished - tally.running)
        if self.size is not None:
            limits.append(self.size - tally.combinations + tally.waiting)
        return min(limits, default=tally.finished)

    @property
    def described(self) -> str:
        """In words."""
        parts = []
        if self.n_trials is not None and (self.size is None or self.n_trials < self.size):
            parts.append(f"{self.n_trials} trials")
        elif self.grid or self.size is not None:
            parts.append("every combination")
        if self.timeout is not None:
            parts.append(f"{self.timeout:g} s")
        if self.target is not None:
            parts.append(f"a value of {self.target:g}")
        if self.stop_when is not None:
            worth = "seeds do" if isinstance(self.stop_when, str) else f"{self.stop_when:g}"
            parts.append(f"an expected gain of less than {worth}")
        return " or ".join(parts)


def budget_of(settings: Settings, grid: bool, size: int | None = None) -> Budget:
    """The budget that the settings name; a sampled space without any has a number of trials.

    Args:
        size: combinations of the space, each of which is drawn once; None for no limit.
    """
    n_trials = settings.n_trials
    if not grid and n_trials is None and settings.timeout is None and settings.target is None:
        n_trials = DEFAULT_TRIALS
    first = settings.objectives[0]
    return Budget(
        n_trials,
        settings.timeout,
        settings.target,
        first,
        settings.max_failures,
        grid,
        size,
        settings.stop_when,
    )
