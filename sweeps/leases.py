"""Signs of life: whether the process that runs a trial still lives, wherever it is.

On the same machine the answer is certain and immediate: the process holds a lock on a file, which the
operating system takes back when it dies. From another machine it is a beat in the study that stands still
for a grace period, by the watcher's own clock.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import optuna
from optuna.trial import FrozenTrial, Trial

from sweeps import attributes

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]


def this_host() -> str:
    """This machine and, within it, this set of processes: two containers on a machine are two hosts."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return "/".join(parts)


def _place(folder: Path) -> str:
    """Where a lease's lock can be seen: on its host, in its folder; a database may join several of both."""
    return f"{this_host()}:{folder.resolve()}"


class Lease:
    """Held by a worker while it runs a trial.

    Args:
        folder: of the study's leases.
        trial: the trial.
        interval: seconds between beats.
    """

    def __init__(self, folder: Path, trial: Trial, interval: float) -> None:
        self._path, self._trial, self._interval = folder / str(trial.number), trial, interval
        self._file: IO[str] | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self) -> dict[str, Any]:
        """Locks the file; returns what the trial must say of its holder."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w")
        if fcntl is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return {"host": _place(self._path.parent), "pid": os.getpid(), "beat": time.time()}

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Within it, beats reach the study."""
        self._thread = threading.Thread(target=self._beat, name="sweeps-heartbeat", daemon=True)
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def release(self) -> None:
        """Gives it back; the trial is finished."""
        if self._file is not None and fcntl is None:
            self._file.close()  # Windows deletes no open file
        self._path.unlink(missing_ok=True)
        if self._file is not None:
            self._file.close()

    def _beat(self) -> None:
        while not self._over.wait(self._interval):
            # Whatever it is, the trial itself may well go on; a beat that is missing says enough.
            with contextlib.suppress(Exception):
                self._trial.storage.set_trial_user_attr(self._trial._trial_id, attributes.BEAT, time.time())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class Watch:
    """Tells the trials whose worker is dead.

    Args:
        folder: of the study's leases.
        grace_period: seconds that a beat may stand still.
    """

    def __init__(self, folder: Path, grace_period: float) -> None:
        self._folder, self._grace = folder, grace_period
        self._host = _place(folder)
        self._seen: dict[int, tuple[Any, float]] = {}

    def is_dead(self, trial: FrozenTrial) -> bool:
        """Whether nobody runs this RUNNING trial any more; not yet known counts as alive."""
        if trial.state != optuna.trial.TrialState.RUNNING:
            return False
        job = trial.user_attrs.get(attributes.JOB)
        if fcntl is not None and self._is_here(trial.number, job):
            # A child of the job's own may have inherited the lock, and live on.
            return not self._is_locked(trial.number) or (job is not None and not _lives(int(job["pid"])))
        beat = trial.user_attrs.get(attributes.BEAT, job and job["beat"])
        now = time.monotonic()
        before, since = self._seen.get(trial.number, (object(), now))
        if beat != before:
            self._seen[trial.number] = (beat, now)
            return False
        return now - since > self._grace

    def _is_here(self, number: int, job: dict[str, Any] | None) -> bool:
        """Whether a worker of this place has taken the trial; one that has only just has not said so yet."""
        return (self._folder / str(number)).exists() if job is None else job["host"] == self._host

    def holder(self, trial: FrozenTrial) -> int | None:
        """The process of this machine that runs a trial, or None."""
        job = trial.user_attrs.get(attributes.JOB)
        if job is None or job["host"] != self._host or fcntl is None:
            return None
        return int(job["pid"]) if self._is_locked(trial.number) else None

    def _is_locked(self, number: int) -> bool:
        try:
            with (self._folder / str(number)).open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False
