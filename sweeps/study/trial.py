"""A trial as a sweep knows it: beside what Optuna has fields for, who runs it, what it repeats or resumes,
and why it failed. All of that stands in attributes, whose names only this room knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Protocol

from optuna.trial import FrozenTrial, TrialState

from sweeps.study import attributes

TAKEN = "another process had taken the same, or the last of the budget"  # why a trial is surplus, for people


class Cause(StrEnum):
    """Why a trial failed."""

    RAISED = "raised"  # its job did
    LOST = "lost"  # its worker died
    TIMED_OUT = "timed out"  # its job did not report for hydra.sweeper.trial_timeout
    INTERRUPTED = "interrupted"  # a signal stopped the sweep, or a fault of the disk or the storage
    SURPLUS = "surplus"  # another process had taken the same, or the last of the budget, at the same moment


CUT_OFF = (Cause.INTERRUPTED, Cause.LOST, Cause.TIMED_OUT)  # whose job did not come to an end of its own


class Spared(StrEnum):
    """Why the death of a worker does not count against its trial: only that of a worker alone does."""

    SWEEP_DIED = "its sweep died too"
    IN_COMPANY = "its worker had company, and launchers let all die with one"


@dataclass(frozen=True)
class Job:
    """By whom a trial is run, and where; None of what is not known, or not yet.

    Attributes:
        host: the machine, and the folder of leases on it (`sweeps.study.leases.place_of`).
        pid: the process.
        beat: its first sign of life, in seconds since 1970.
        worker: its number.
        sweep: which one launched it.
        machine: its name, for people.
        threads: of its share of the machine.
        folder: the trial's, below the study's.
        overrides: that make its configuration.
        replicates: a folder for each, below the study's.
    """

    host: str | None = None
    pid: int | None = None
    beat: float | None = None
    worker: int | None = None
    sweep: str | None = None
    machine: str | None = None
    threads: int | None = None
    folder: str | None = None
    overrides: Sequence[str] | None = None
    replicates: Sequence[str] | None = None

    @classmethod
    def from_attribute(cls, attribute: Mapping[str, Any]) -> Job:
        """As a study has it; what a later version may have added is left out."""
        return cls(**{name: attribute[name] for name in _JOB if name in attribute})

    def to_attribute(self) -> dict[str, Any]:
        """As plain JSON values, without what is not known."""
        return {name: value for name in _JOB if (value := getattr(self, name)) is not None}


_JOB = tuple(field.name for field in fields(Job))


@dataclass(frozen=True)
class Resumption:
    """That a trial resumes a stopped one.

    Attributes:
        trial: the number of the stopped trial.
        first: the number of the configuration's first trial.
        step: the last that the stopped trial reported.
    """

    trial: int
    first: int
    step: int


class _Noted(Protocol):
    """What has a trial's attributes: Optuna's frozen one, or the result that a job has left."""

    @property
    def user_attrs(self) -> dict[str, Any]: ...

    @property
    def system_attrs(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class TrialView:
    """What a trial's attributes say, beside the trial itself."""

    _trial: _Noted

    @property
    def job(self) -> Job | None:
        """None before anybody has taken the trial and said so."""
        attribute = self._trial.user_attrs.get(attributes.JOB)
        return Job.from_attribute(attribute) if attribute is not None else None

    @property
    def folder(self) -> str | None:
        """The trial's, below the study's; None before it is placed."""
        attribute = self._trial.user_attrs.get(attributes.JOB)
        return attribute.get("folder") if attribute is not None else None

    @property
    def folders(self) -> list[str]:
        """Of the trial's jobs, one a replicate, below the study's; none before it is placed."""
        job = self.job or Job()
        return list(job.replicates or ([job.folder] if job.folder is not None else []))

    @property
    def last_beat(self) -> float | None:
        """The last sign of life of the process that runs it, in seconds since 1970."""
        beat: float | None = self._trial.user_attrs.get(attributes.BEAT)
        if beat is not None:
            return beat
        job = self.job
        return job.beat if job is not None else None

    @property
    def cause(self) -> str | None:
        """Why it failed: a `Cause`."""
        return self._trial.user_attrs.get(attributes.CAUSE)

    @property
    def reason(self) -> str | None:
        """Why it failed or was pruned, for people."""
        return self._trial.user_attrs.get(attributes.REASON)

    @property
    def spared(self) -> str | None:
        """Why the death of its worker does not count against it; None where it does, or none died."""
        return self._trial.user_attrs.get(attributes.SPARED)

    @property
    def retry_of(self) -> int | None:
        """The number of the failed trial that it repeats."""
        return self._trial.user_attrs.get(attributes.RETRY_OF)

    @property
    def goes_on(self) -> bool:
        """Whether it goes on where the job of the trial that it repeats left off, with what that reported."""
        return bool(self._trial.user_attrs.get(attributes.GOES_ON, False))

    @property
    def reached(self) -> dict[int, int]:
        """By replicate, about the last step that its job has reported where that is no intermediate value: of
        one but the first, of a finalist, with several objectives, where another trial had come further."""
        noted = self._trial.user_attrs.get(attributes.REACHED, {})
        return {int(index): step for index, step in noted.items()}

    @property
    def is_to_stop(self) -> bool:
        """Whether it was decided to stop it, while it runs: it has a reason to end, and none to fail."""
        return self.reason is not None and self.cause is None

    @property
    def resumes(self) -> Resumption | None:
        """What it resumes; None of a trial that begins."""
        attribute = self._trial.user_attrs.get(attributes.CONTINUES)
        return Resumption(**attribute) if attribute is not None else None

    @property
    def combination(self) -> str | None:
        """The key of its values, where a grid or a warm start has named them."""
        return self._trial.user_attrs.get(attributes.COMBINATION)

    @property
    def drawn(self) -> str | None:
        """The key of all its values, in a finite space that is sampled; None before they are drawn."""
        return self._trial.user_attrs.get(attributes.DRAWN)

    @property
    def replicates(self) -> list[float]:
        """The value of each."""
        return self._trial.user_attrs.get(attributes.REPLICATES, [])

    @property
    def seeds(self) -> dict[str, int]:
        """Of the first replicate, by the fields that take them; none of a trial without replicates."""
        return self._trial.user_attrs.get(attributes.SEEDS, {})

    @property
    def lost_to(self) -> int | None:
        """The number of the finalist to which it has lost; None of one that has not."""
        return self._trial.user_attrs.get(attributes.LOST_TO)

    @property
    def enqueued(self) -> dict[str, Any] | None:
        """The parameters with which it was enqueued; None of one that was not."""
        return self._trial.system_attrs.get(attributes.FIXED)

    @property
    def rungs(self) -> dict[str, Any]:
        """The values with which it reached rungs, under Optuna's own names for them."""
        own = self._trial.system_attrs
        return {name: value for name, value in own.items() if name.startswith(attributes.RUNG)}

    @property
    def rung_values(self) -> Iterator[float]:
        """The values with which it reached the rungs that it has passed, in their order."""
        number = 0
        while (value := self._trial.system_attrs.get(f"{attributes.RUNG}{number}")) is not None:
            yield value
            number += 1


def is_surplus(trial: FrozenTrial) -> bool:
    """Whether a trial was closed at once, because another process had taken the same, or the last.

    Not before it has ended: whoever was about to close it may die, and another gives it up for that.
    """
    return trial.state == TrialState.FAIL and TrialView(trial).cause == Cause.SURPLUS


def attributes_of(
    job: Job | None = None,
    retry_of: int | None = None,
    resumes: Resumption | None = None,
    combination: str | None = None,
    drawn: str | None = None,
    goes_on: bool = False,
) -> dict[str, Any]:
    """The attributes with which a trial is made or enqueued."""
    result: dict[str, Any] = {}
    if job is not None:
        result[attributes.JOB] = job.to_attribute()
    if retry_of is not None:
        result[attributes.RETRY_OF] = retry_of
    if resumes is not None:
        result[attributes.CONTINUES] = asdict(resumes)
    if combination is not None:
        result[attributes.COMBINATION] = combination
    if drawn is not None:
        result[attributes.DRAWN] = drawn
    if goes_on:
        result[attributes.GOES_ON] = True
    return result


def with_replicates(attrs: Mapping[str, Any], values: Sequence[float]) -> dict[str, Any]:
    """A trial's attributes, and in them the value of each replicate."""
    return {**attrs, attributes.REPLICATES: list(values)}


def ended_with_its_sweep(trial: FrozenTrial) -> bool:
    """Whether a trial ended for no reason of its own: its sweep was stopped, or died."""
    view = TrialView(trial)
    return view.cause == Cause.INTERRUPTED or view.spared == Spared.SWEEP_DIED
