"""What a study's trials amount to, counted from the trials alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.holding import held_key
from sweeps.study.lineage import promoted as promoted_ones
from sweeps.study.objective import Objective
from sweeps.study.spans import running_seconds
from sweeps.study.trial import TrialView, ended_with_its_sweep, is_surplus


@dataclass(frozen=True)
class Tally:
    """Counts of trials.

    Attributes:
        complete: with a value.
        pruned: stopped by the pruner, and not promoted.
        promoted: stopped, but another trial resumes them, waits to or has.
        failed: FAIL and not tried again.
        failed_drawn: of these, the ones that had a combination of a finite space.
        retried: FAIL, but the parameters were enqueued again.
        running: now.
        waiting: enqueued.
        ahead: of those that wait, the ones that go on with a trial that the pruner has stopped, or that was
            cut off with its sweep.
        combinations: different ones that any trial has, or is to have.
        best: the best complete trial of a study of one objective.
        trials: all of them.
        spent: seconds during which at least one trial ran, up to a moment.
        now: the time of day.
    """

    complete: int
    pruned: int
    promoted: int
    failed: int
    failed_drawn: int
    retried: int
    running: int
    waiting: int
    ahead: int
    combinations: int
    best: FrozenTrial | None
    trials: Sequence[FrozenTrial]
    spent: Callable[[datetime], float] = field(compare=False)
    now: Callable[[], datetime] = datetime.now

    @property
    def finished(self) -> int:
        """What the budget counts: a trial and those that resume it are one."""
        return self.complete + self.pruned

    @cached_property
    def seconds(self) -> float:
        """During which at least one trial ran."""
        return self.spent(self.now())


def tally(
    trials: Sequence[FrozenTrial], objective: Objective, now: Callable[[], datetime] = datetime.now
) -> Tally:
    """Counts trials.

    Args:
        objective: the study's only one; of several, any.
    """
    by_state = dict.fromkeys(TrialState, 0)
    failed = failed_drawn = retried = 0
    repeated_numbers = {TrialView(trial).retry_of for trial in trials}
    best: FrozenTrial | None = None
    for trial in trials:
        by_state[trial.state] += 1
        if trial.state == TrialState.FAIL and not is_surplus(trial):
            if trial.number in repeated_numbers:
                retried += 1
            else:
                failed += 1
                failed_drawn += held_key(trial) is not None
        elif trial.state == TrialState.COMPLETE and trial.values is not None and len(trial.values) == 1:
            first = best is None or objective.better(trial.values[0], best.values[0])
            best = trial if first else best
    promoted = len(promoted_ones(trials))
    return Tally(
        complete=by_state[TrialState.COMPLETE],
        pruned=by_state[TrialState.PRUNED] - promoted,
        promoted=promoted,
        failed=failed,
        failed_drawn=failed_drawn,
        retried=retried,
        running=by_state[TrialState.RUNNING],
        waiting=by_state[TrialState.WAITING],
        ahead=sum(t.state == TrialState.WAITING and is_ahead(t, trials) for t in trials),
        combinations=len(set(map(held_key, trials)) - {None}),
        best=best,
        trials=trials,
        spent=partial(running_seconds, trials),
        now=now,
    )


def is_ahead(trial: FrozenTrial, trials: Sequence[FrozenTrial]) -> bool:
    """Whether a trial that waits goes on with another, which the pruner has stopped, or which was cut off
    with its sweep."""
    view = TrialView(trial)
    if view.resumes is not None:
        return True
    return view.retry_of is not None and ended_with_its_sweep(trials[view.retry_of])
