"""The one call that a swept job makes: `sweeps.report(value, step)`."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sweeps.inside import pulse
from sweeps.inside.number import number_of, shown

if TYPE_CHECKING:
    from optuna.trial import Trial


LARGEST_STEP = 2**31 - 1  # that every storage takes
INTERVAL = 5.0  # seconds between two notes of how far a job has come


class Notes(Protocol):
    """What is kept of a job beside the values that it reports, in case that it is cut off."""

    def reached(self, step: int) -> None:
        """The job has come to a step whose value is not recorded; told now and then."""

    def stopped(self, why: str) -> None:
        """The pruner has decided to stop the job."""


@dataclass
class _Listener:
    """Attributes:
    trial: that is told; None where nothing is recorded.
    through: the last step that it knew before its job began; -1 for none.
    last: the last step of which its job has told it.
    faults: of the disk or the storage, that kept a value from being recorded.
    notes: None where nobody wants any.
    next: when they are told of a step again.
    """

    trial: Trial | None
    through: int
    last: int
    faults: list[Exception]
    notes: Notes | None
    next: float = -math.inf

    @contextlib.contextmanager
    def noting_faults(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            from sweeps.errors import is_fault

            if is_fault(error):
                self.faults.append(error)
            raise

    def note(self, step: int) -> None:
        """Says that the job has come to a step that is not recorded."""
        now = time.monotonic()
        if self.notes is None or now < self.next:
            return
        self.next = now + INTERVAL
        with self.noting_faults():
            self.notes.reached(step)


_listener: ContextVar[_Listener | None] = ContextVar("sweeps_listener", default=None)


@contextlib.contextmanager
def reporting_to(
    trial: Trial | None, through: int = -1, notes: Notes | None = None
) -> Iterator[Sequence[Exception]]:
    """Within it, `report` speaks of this trial. Gives the faults of the disk or the storage that come while
    it does: a job may turn their exceptions into others.

    Args:
        trial: None where values are not recorded.
        through: a step; the trial has the values up to it from the one that it resumes.
        notes: what is kept beside them; None for nothing.
    """
    faults: list[Exception] = []
    wanted = trial is not None or notes is not None
    token = _listener.set(_Listener(trial, through, -1, faults, notes) if wanted else None)
    try:
        yield faults
    finally:
        _listener.reset(token)


def report(value: float, step: int, last: bool = False) -> None:
    """Records an intermediate objective value of the trial that runs, and stops it if the pruner says so.

    Outside a sweep, and in a sweep of several objectives (which Optuna does not prune), it does nothing, so
    a program may call it always. Of a trial that resumes another, the steps up to where that one was
    stopped are known: nothing of them is recorded or decided again.

    Args:
        value: the objective after `step`, a number as Python, NumPy or TensorFlow have it. One that is not
            finite can be compared with no other: it is recorded as NaN, and every pruner but `none` stops the
            trial for it, at whatever step.
        step: what the pruner compares trials by, such as the epoch: whole, from 0 to 2147483647, rising.
        last: that nothing is left to stop: the value is recorded, and the pruner is not asked.

    Raises:
        optuna.TrialPruned: the pruner stops the trial. Let it pass out of the job; the trial is then PRUNED.
        TypeError: `value` is no number, or `step` no whole one.
        ValueError: `step` is out of its range, or does not rise.
    """
    pulse.beat()
    listener = _listener.get()
    if listener is None:
        return
    if listener.trial is None:
        _note(listener, step)
        return
    number, whole = _number(value), _whole(step)
    if whole <= listener.through:
        listener.note(whole)
        return
    if whole <= listener.last:
        raise ValueError(f"sweeps.report(step={whole}): must rise; {listener.last} has been reported")
    listener.last = whole
    why = f"pruned at step {whole} with {number:g}"
    if _is_stopped(listener, listener.trial, number, whole, last, why):
        from optuna import TrialPruned

        raise TrialPruned(why)


def _note(listener: _Listener, step: object) -> None:
    try:
        whole = _whole(step)
    except (TypeError, ValueError):
        return  # where nothing is recorded, nothing is wrong
    listener.note(whole)


def _is_stopped(listener: _Listener, trial: Trial, number: float, step: int, last: bool, why: str) -> bool:
    finite = math.isfinite(number)
    with listener.noting_faults():
        trial.report(number if finite else math.nan, step)
        stopped = not last and (trial.should_prune() if finite else _prunes(trial))
        if stopped and listener.notes is not None:
            listener.notes.stopped(why)
        return stopped


def _prunes(trial: Trial) -> bool:
    """Whether the study has a pruner; each of Optuna's thinks of NaN in its own way, at some steps."""
    from optuna.pruners import NopPruner

    return not isinstance(trial.study.pruner, NopPruner)


def _number(value: object) -> float:
    try:
        return number_of(value)
    except TypeError:
        raise TypeError(f"sweeps.report(value={shown(value)}): must be a number") from None


def _whole(step: object) -> int:
    message = f"sweeps.report(step={shown(step)}): must be a whole number from 0 to {LARGEST_STEP}"
    try:
        number = number_of(step)
    except TypeError:
        raise TypeError(message) from None
    if not 0 <= number <= LARGEST_STEP or not number.is_integer():
        raise ValueError(message)
    return int(number)
