"""Time during which at least one trial ran: the union of the trials' times, so that pauses between the parts
of a resumed sweep do not count."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from datetime import datetime, timedelta

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.trial import Cause, TrialView


class Spans:
    """The union of spans of time, to which spans are added one by one."""

    def __init__(self) -> None:
        self._starts: list[datetime] = []  # of spans that do not overlap, in their order
        self._ends: list[datetime] = []
        self._total = timedelta()

    def add(self, start: datetime, end: datetime) -> None:
        """Adds a span; one that ends before it begins, as a changed clock makes them, is none."""
        if end <= start:
            return
        first, last = self._touched(start, end)
        self._total -= sum(
            (self._ends[index] - self._starts[index] for index in range(first, last)), timedelta()
        )
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last], self._ends[first:last] = [start], [end]
        self._total += end - start

    def _touched(self, start: datetime, end: datetime) -> tuple[int, int]:
        """The spans that this one overlaps or touches: from the first up to, not including, the last."""
        return bisect.bisect_left(self._ends, start), bisect.bisect_right(self._starts, end)

    def seconds(self, running: Iterable[FrozenTrial], now: datetime) -> float:
        """The seconds of the union.

        Args:
            running: trials that have not ended.
        """
        still = Spans()
        for trial in running:
            if trial.datetime_start is not None:
                still.add(trial.datetime_start, now)
        total = self._total + still._total
        for start, end in zip(still._starts, still._ends, strict=True):
            for index in range(*self._touched(start, end)):
                total -= min(end, self._ends[index]) - max(start, self._starts[index])
        return total.total_seconds()


def span_of(trial: FrozenTrial) -> tuple[datetime, datetime] | None:
    """When a trial that has ended ran; None of one that never did. One whose worker died ran until its last
    sign of life."""
    start, end = trial.datetime_start, trial.datetime_complete
    view = TrialView(trial)
    if view.cause == Cause.LOST and view.last_beat is not None:
        end = datetime.fromtimestamp(view.last_beat)
    return (start, end) if start is not None and end is not None else None


def seconds_of(trial: FrozenTrial) -> float | None:
    """How long a trial that has ended ran."""
    span = span_of(trial)
    return (span[1] - span[0]).total_seconds() if span is not None else None


def running_seconds(trials: Iterable[FrozenTrial], now: datetime) -> float:
    """Seconds during which at least one of these trials ran."""
    ended_spans, running = Spans(), []
    for trial in trials:
        if trial.state.is_finished():
            span = span_of(trial)
            if span is not None:
                ended_spans.add(*span)
        elif trial.state == TrialState.RUNNING:
            running.append(trial)
    return ended_spans.seconds(running, now)
