"""Processes within this one, whose steps a test interleaves: each runs in a thread of its own, and stands
still before everything that others could see, until the test lets it do that.

A process that is killed never goes on: its leases' locks are given back as the operating system does it, and
nothing that it has begun is tidied up.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from unittest import mock

from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial

from sweeps.study.folder import StudyFolder
from sweeps.study.leases import Lease
from sweeps.study.trial import Job

_here = threading.local()


class Gone(BaseException):
    """The test is over; a thread that stands still is to end."""


def this_process() -> Process | None:
    """The process whose code runs; None in the test's own."""
    return getattr(_here, "process", None)


def step(what: str) -> None:
    """Stands still before something that others can see."""
    process = this_process()
    if process is not None:
        process.stand(what)


class Process:
    """A process.

    Args:
        name: for people who read a failing schedule.
        main: its code.

    Attributes:
        at: before what it stands still.
        until: what it waits for; None for the test to let it go on.
        ended: whether its code has come to its end.
        dead: whether it was killed.
        error: with which its code ended.
        leases: that it has taken.
    """

    def __init__(self, name: str, main: Callable[[], None]) -> None:
        self.name, self.at = name, "its start"
        self.until: Callable[[], bool] | None = None
        self.ended = self.dead = self._gone = False
        self.error: BaseException | None = None
        self.leases: list[Lease] = []
        self._main = main
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def lives(self) -> bool:
        return not self.ended and not self.dead

    @property
    def blocked(self) -> bool:
        """Whether it waits for something that has not happened."""
        return self.until is not None and not self.until()

    def advance(self) -> None:
        """Lets it do what it stands before."""
        assert self.lives
        assert not self.blocked
        self._switch()
        if self.error is not None:
            raise self.error

    def stand(self, what: str, until: Callable[[], bool] | None = None) -> None:
        """Called by its own code: stands still."""
        if not self._gone:
            self.at, self.until = what, until
            self._back.release()
            self._go.acquire()
        if self._gone:
            raise Gone

    def kill(self) -> None:
        """Ends it at once, wherever it stands."""
        self.dead = True
        for lease in self.leases:
            if lease._lock is not None:
                lease._lock.release(force=True)  # its file stays

    def bury(self) -> None:
        """Ends its thread; what that still does is of no account."""
        self._gone = True
        if not self.ended:
            self._switch()
        self._thread.join()

    def _switch(self) -> None:
        self._go.release()
        self._back.acquire()

    def _run(self) -> None:
        _here.process = self
        self._go.acquire()
        try:
            if not self._gone:
                self._main()
        except BaseException as error:
            self.error = None if self._gone else error
        finally:
            self.ended = True
            self._back.release()

    def __repr__(self) -> str:
        return f"{self.name} before {self.at}" + (" (dead)" if self.dead else "")


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds)

    @contextlib.contextmanager
    def everywhere(self) -> Iterator[None]:
        """Within it, what Optuna stamps on trials is this time too."""
        clock = self

        class Stamp(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetime.fromtimestamp(clock.seconds, UTC if tz is not None else None)

        with (
            mock.patch("optuna.storages._in_memory.datetime", Stamp),
            mock.patch("optuna.storages.journal._storage.datetime", Stamp),
            mock.patch("sweeps.results.result_file.datetime", Stamp),
        ):
            yield


STEPS = ("get_all_trials", "create_new_trial", "set_trial_")  # how the names of what others can see begin


class SteppingStorage(BaseStorage):
    """A storage before whose every step a process stands still.

    Args:
        real: Optuna's own.
        seen: told of every step that changes something, after it: its name, and its arguments.
    """

    def __init__(self, real: BaseStorage, seen: Callable[..., None]) -> None:
        self.real, self.seen = real, seen


def _stepping(name: str) -> Callable[..., Any]:
    def method(self: SteppingStorage, *args: Any, **options: Any) -> Any:
        if name.startswith(STEPS):
            step(name)
        result = getattr(self.real, name)(*args, **options)
        if name.startswith(STEPS[1:]):
            self.seen(name, result, *args, **options)
        return result

    return method


for _name in dir(BaseStorage):
    if not _name.startswith("_") and callable(getattr(BaseStorage, _name)):
        setattr(SteppingStorage, _name, _stepping(_name))
SteppingStorage.__abstractmethods__ = frozenset()


class SteppingLease(Lease):
    """A lease that knows the process that takes it; its lock is a real one."""

    def __init__(self, folder: Path, trial: Trial | FrozenTrial, interval: float, clock: Clock) -> None:
        super().__init__(folder, trial, interval, clock)

    def take(self) -> Job:
        step("lease")
        said = super().take()
        process = this_process()
        if process is not None:
            process.leases.append(self)
        return said

    def release(self) -> None:
        if self._lock is not None:
            step("release")
        super().release()


@dataclass
class Holder:
    """Of a folder's lock: a process, or nobody."""

    process: Process | None = None

    @property
    def free(self) -> bool:
        return self.process is None or not self.process.lives


@dataclass(frozen=True)
class SharedFolder(StudyFolder):
    """A study's folder whose lock is one between the processes of a test."""

    holder: Holder = field(default_factory=Holder, compare=False)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        process = this_process()
        if process is None:
            assert self.holder.free
            yield
            return
        process.stand("the folder's lock", lambda: self.holder.free)
        process.until = None
        self.holder.process = process
        try:
            yield
        finally:
            if self.holder.process is process:
                self.holder.process = None
