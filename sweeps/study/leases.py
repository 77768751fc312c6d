"""Signs of life: whether the process that runs a trial still lives, wherever it is.

On the same machine the answer is certain and immediate: the process holds a lock on a file, which the
operating system takes back when it dies. From another machine it is a beat in the study that stands still
for a grace period, by the watcher's own clock.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna
from optuna.trial import FrozenTrial, Trial

from sweeps.study import patience
from sweeps.study.notes import note_beat
from sweeps.study.trial import Job, TrialView
from sweeps.system import locks
from sweeps.system.host import lives, this_host

if TYPE_CHECKING:
    from filelock import BaseFileLock

PATIENCE = 5.0  # seconds; somebody may just be asking whether a lease is held


def place_of(folder: Path) -> str:
    """Where a lease's lock can be seen: on its host, in its folder; a database may join several of both."""
    return f"{this_host()}:{folder.resolve()}"


class Lease:
    """Held by a worker while it runs a trial.

    Args:
        folder: of the study's leases.
        trial: the trial, which need not be taken yet.
        interval: seconds between beats.
        now: seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        trial: Trial | FrozenTrial,
        interval: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._interval, self._now = folder / str(trial.number), interval, now
        self._lock: BaseFileLock | None = None
        self._over = threading.Event()
        self.trial = trial

    def take(self) -> Job:
        """Locks the file; returns what the trial must say of its holder.

        Raises:
            TimeoutError: another process holds it.
            OSError: the file cannot be made.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = locks.hold(self._path, PATIENCE)
        return claim_of(self._path.parent, self._now)

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Within it, beats reach the study."""
        thread = threading.Thread(target=self._beat_on, name="sweeps-heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def release(self) -> None:
        """Gives it back; doing so twice changes nothing."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        # Whether its file can be removed or not, the lock is given back.
        if os.name == "nt":
            lock.release(force=True)  # Windows removes no open file
            self._remove()
        else:
            self._remove()
            lock.release(force=True)

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def beat(self) -> None:
        """Tells the study that the process lives."""
        trial = self.trial
        assert isinstance(trial, Trial)
        # Whatever it is, the trial itself may well go on; a beat that is missing says enough.
        with contextlib.suppress(Exception):
            note_beat(trial, self._now())

    def _beat_on(self) -> None:
        with patience.not_waiting():  # nobody waits for the beat of a moment that is past
            while not self._over.wait(self._interval):
                self.beat()


def claim_of(folder: Path, now: Callable[[], float] = time.time, worker: Job | None = None) -> Job:
    """What a trial must say of the process that holds its lease.

    Args:
        folder: of the study's leases.
        now: seconds since 1970.
        worker: what else is known of it.
    """
    return replace(worker or Job(), host=place_of(folder), pid=os.getpid(), beat=now())


class Watch:
    """Tells the trials whose worker is dead.

    A worker takes a trial and its lease within the lock of the study's folder, and says where it is as it
    takes it. So whoever holds that lock may take a trial of this place without a lease for dead.

    Args:
        folder: of the study's leases.
        grace_period: seconds that a beat may stand still.
        sole: whether all of the study's workers take their trials within that lock.
        clock: seconds that pass as they pass for the watcher.
    """

    def __init__(
        self,
        folder: Path,
        grace_period: float,
        sole: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._grace, self._sole, self._clock = folder, grace_period, sole, clock
        self._host = place_of(folder)
        self._seen: dict[int, tuple[Any, float]] = {}

    def is_dead(self, trial: FrozenTrial) -> bool:
        """Whether nobody runs this RUNNING trial any more; not yet known counts as alive. To be asked within
        the lock of the study's folder."""
        if trial.state != optuna.trial.TrialState.RUNNING:
            return False
        job = TrialView(trial).job
        if job is not None and _is_gone(job):
            return True  # wherever its folder is now; a child of its own may have inherited the lock
        if self._is_here(trial.number, job):
            # Of a trial that has not said whose it is, the file alone tells that it is of this place.
            return not self._is_locked(trial.number, tidy=job is not None)
        if job is None and self._sole:
            return True  # nobody is between taking it and saying so: the journal has lost who it was
        beat = TrialView(trial).last_beat
        now = self._clock()
        before, since = self._seen.get(trial.number, (object(), now))
        if beat != before:
            self._seen[trial.number] = (beat, now)
            return False
        # While this process did not reach the study, the other could not tell it anything.
        return now - max(since, patience.returned()) > self._grace

    def _is_here(self, number: int, job: Job | None) -> bool:
        """Whether a worker of this place has taken the trial; of one that waited it takes the lease first,
        and says so then."""
        return (self._folder / str(number)).exists() if job is None else job.host == self._host

    def is_of(self, trial: FrozenTrial, pid: int) -> bool:
        """Whether a process of this machine has taken the trial."""
        job = TrialView(trial).job
        return job is not None and job.host == self._host and job.pid == pid

    def _is_locked(self, number: int, tidy: bool) -> bool:
        return locks.is_held(self._folder / str(number), tidy)


def _is_gone(job: Job) -> bool:
    """Whether a trial's process was one of this machine's, and is no more."""
    if job.host is None or job.pid is None:
        return False
    return job.host.startswith(f"{this_host()}:") and not lives(job.pid)
