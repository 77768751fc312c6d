"""How much a study may still do, and how it stands when nothing more may start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sweeps.settings import DEFAULT_TRIALS, Settings
from sweeps.study.objective import Objective
from sweeps.study.tally import Tally

Verdict = Literal["go on", "met", "failures", "exhausted"]


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

    @property
    def most(self) -> int | None:
        """More trials than that have no place; None for no limit."""
        return min((limit for limit in (self.n_trials, self.size) if limit is not None), default=None)

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
        return self.n_trials is None or tally.finished + tally.running < self.n_trials

    def may_begin(self, tally: Tally) -> bool:
        """Whether one more trial may start that goes on with none: those that wait to go on keep the places
        of the stopped ones."""
        if not self.may_start(tally):
            return False
        return self.n_trials is None or tally.finished + tally.running + tally.ahead < self.n_trials

    def may_promote(self, tally: Tally) -> bool:
        """Whether a stopped trial may still go on; that makes no trial more, so their number is no limit."""
        return not self._spent(tally) and not self._too_many_failures(tally)

    def _too_many_failures(self, tally: Tally) -> bool:
        return self.max_failures is not None and tally.failed > self.max_failures

    def _met(self, tally: Tally) -> bool:
        return self._spent(tally) or (self.n_trials is not None and tally.finished >= self.n_trials)

    def _spent(self, tally: Tally) -> bool:
        if self.timeout is not None and tally.seconds >= self.timeout:
            return True
        if self.target is None or tally.best is None:
            return False
        return self.objective.reaches(tally.best.values[0], self.target)

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
    return Budget(n_trials, settings.timeout, settings.target, first, settings.max_failures, grid, size)
