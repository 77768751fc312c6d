"""How a study stands at a moment: who runs what, how far it has come, and how much is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.inside.progress import progress_in
from sweeps.study.account import account_of
from sweeps.study.continuation import continued_tries
from sweeps.study.folder import StudyFolder
from sweeps.study.objective import Objective
from sweeps.study.spans import seconds_of
from sweeps.study.tally import Tally
from sweeps.study.trial import Job, TrialView, is_surplus


@dataclass(frozen=True)
class Running:
    """A trial that runs.

    Attributes:
        number: of the trial.
        worker: its number; None before it has said so.
        machine: its name.
        sweep: which one launched the worker.
        resumes: the stopped trial that it goes on with.
        params: as far as they are drawn.
        step: the last that it has reported.
        value: with that step.
        done: as the job itself says, in its own unit; None where it says nothing.
        of: in all.
        seconds: since it began.
    """

    number: int
    worker: int | None
    machine: str | None
    sweep: str | None
    resumes: int | None
    params: Mapping[str, Any]
    step: int | None
    value: float | None
    done: float | None
    of: float | None
    seconds: float

    @property
    def share(self) -> float | None:
        """Of its way, from 0 to 1; None where nothing says."""
        if self.done is None or not self.of:
            return None
        return min(1.0, max(0.0, self.done / self.of))

    @property
    def seconds_in_all(self) -> float | None:
        """What it takes at its own speed; None where nothing says."""
        return self.seconds / self.share if self.share else None


@dataclass(frozen=True)
class Situation:
    """A study at a moment.

    Attributes:
        tally: what its trials amount to.
        expected: how many trials there are to be; None where nothing says.
        running: by worker.
        ended: since the last look, in the order in which they did; none of them surplus.
        seconds_left: an estimate; None where there is nothing to go by.
    """

    tally: Tally
    expected: int | None
    running: Sequence[Running]
    ended: Sequence[FrozenTrial]
    seconds_left: float | None


class Lookout:
    """Looks at a study again and again; what has ended is looked at once.

    Args:
        open_study: opens the study, when it is first looked at.
        folder: of the study.
        objective: the study's only one; of several, any.
        expected: how many trials there are to be, by the tally; None where nothing says.
    """

    def __init__(
        self,
        open_study: Callable[[], Study],
        folder: StudyFolder,
        objective: Objective,
        expected: Callable[[Tally], int | None],
    ) -> None:
        self._open_study, self._folder = open_study, folder
        self._objective, self._expected = objective, expected
        self._known = 0  # trials that have been looked at
        self._open: set[int] = set()  # of these, the ones that had not ended
        self._spent = 0.0  # seconds that finished trials took

    @cached_property
    def _study(self) -> Study:
        return self._open_study()

    def look(self, now: datetime) -> Situation:
        """The study as it is."""
        account = account_of(self._study)
        trials = account.trials
        self._open |= set(range(self._known, len(trials)))
        self._known = len(trials)
        ended = [trials[number] for number in self._open if trials[number].state.is_finished()]
        self._open -= {trial.number for trial in ended}
        self._spent += sum(
            _seconds(trial) + _seconds_before(trials, trial)
            for trial in ended
            if trial.state != TrialState.FAIL
        )
        running = [
            self._running(trials[n], _seconds_before(trials, trials[n]), now)
            for n in self._open
            if trials[n].state == TrialState.RUNNING
        ]
        running.sort(key=lambda trial: (trial.machine or "", trial.worker or 0, trial.number))
        tally = account.tally(self._objective, lambda: now)
        expected = self._expected(tally)
        return Situation(
            tally,
            expected,
            running,
            sorted((trial for trial in ended if not is_surplus(trial)), key=_end),
            seconds_left(tally, expected, self._spent, running),
        )

    def _running(self, trial: FrozenTrial, before: float, now: datetime) -> Running:
        view = TrialView(trial)
        job = view.job or Job()
        said = progress_in(self._folder.progress_of(job.worker)) if job.worker is not None else None
        if said is not None and said.trial != trial.number:
            said = None
        step = trial.last_step
        return Running(
            number=trial.number,
            worker=job.worker,
            machine=job.machine,
            sweep=job.sweep,
            resumes=view.resumes.trial if view.resumes else None,
            params=trial.params,
            step=step,
            value=trial.intermediate_values[step] if step is not None else None,
            done=said.done if said else None,
            of=said.of if said else None,
            seconds=before + ((now - trial.datetime_start).total_seconds() if trial.datetime_start else 0.0),
        )


def seconds_left(
    tally: Tally, expected: int | None, spent: float, running: Sequence[Running]
) -> float | None:
    """How long the trials left will take, as many at a time as run now.

    One that has not begun costs what those have cost that have finished: stopped ones among them. One that
    runs does, too, unless it costs less by its own speed, or has taken longer already.

    Args:
        tally: of the study.
        expected: how many there are to be; None where nothing says.
        spent: seconds that its finished trials took.
        running: the trials that run.

    Returns:
        None where nothing has finished and no job says how far it is, or nothing says how many are left.
    """
    known = [seconds for trial in running if (seconds := trial.seconds_in_all) is not None]
    if expected is None or not (tally.finished or known):
        return None
    each = spent / tally.finished if tally.finished else sum(known) / len(known)
    ends = [_seconds_to_end(trial, each, may_stop=tally.finished > 0) for trial in running]
    to_begin = max(0, expected - tally.finished - len(running))
    # More workers do not shorten a trial.
    return max(0.0, *ends, (sum(ends) + each * to_begin) / max(1, len(running)))


def _seconds_to_end(trial: Running, each: float, may_stop: bool) -> float:
    """What is left of a trial, where others took `each`."""
    own = trial.seconds_in_all
    if own is None:
        return max(0.0, each - trial.seconds)
    if may_stop and trial.seconds < each:
        own = min(own, each)
    return own - trial.seconds


def _seconds(trial: FrozenTrial) -> float:
    return seconds_of(trial) or 0.0


def _seconds_before(trials: Sequence[FrozenTrial], trial: FrozenTrial) -> float:
    """What the tries took where whose jobs were cut off this trial's goes on."""
    return sum(map(_seconds, continued_tries(trials, trial.number)))


def _end(trial: FrozenTrial) -> datetime:
    return trial.datetime_complete or datetime.max
