"""What a study leaves and where."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from sweeps.errors import SweepError
from sweeps.system import locks, received

FINALS = "finals"  # the folder of a study's finals, below its own
REPORT = "report.html"
ARTIFACTS = "artifacts"
OWN_FILES = {
    REPORT,
    "conf",
    FINALS,
    ARTIFACTS,
    "workers",
    "study.journal",
    "spec.yaml",
    "multirun.yaml",
    "trials.csv",
    "leaderboard.csv",
}
LONGEST_NAME = 240  # bytes, of a trial's folder: names may have 255, and -2, -3, ... are put behind it


def trial_subfolder(config: DictConfig, number: int) -> str:
    """`hydra.sweep.subdir` of a trial.

    Raises:
        SweepError: it is no name for a folder below the study's.
    """
    with open_dict(config):
        config.hydra.job.num = number
        config.hydra.job.id = str(number)
    name = resolved_text(config, "hydra.sweep.subdir")
    parts = Path(name).parts
    # Locks, leases and what is about to be renamed begin with a dot, or with what they belong to.
    if (
        not parts
        or Path(name).is_absolute()
        or ".." in parts
        or parts[0].startswith(".")
        or any(parts[0] == own or parts[0].startswith(f"{own}.") for own in OWN_FILES)
    ):
        raise SweepError(
            f"hydra.sweep.subdir={name}: must be a folder below the study's, its name without a dot in front "
            f"and other than {', '.join(sorted(OWN_FILES))}"
        )
    if not received.fits(Path(name), LONGEST_NAME):
        raise SweepError(
            f"hydra.sweep.subdir={name}: must be of names of at most {LONGEST_NAME} bytes, none of them null"
        )
    return name


def resolved_text(config: DictConfig, key: str) -> str:
    """A field of Hydra's that is a path.

    Raises:
        SweepError: it cannot be resolved.
    """
    try:
        return str(OmegaConf.select(config, key, throw_on_missing=True))
    except OmegaConfBaseException as error:
        message = (str(error).splitlines() or [""])[0]
        raise SweepError(f"{key}: {message}") from None


@dataclass(frozen=True)
class StudyFolder:
    """The folder of a study.

    Attributes:
        path: absolute.
    """

    path: Path

    @property
    def spec(self) -> Path:
        return self.path / "spec.yaml"

    @property
    def conf(self) -> Path:
        """Copies of the YAML files that trials are composed from."""
        return self.path / "conf"

    @property
    def trials(self) -> Path:
        """A row a finished trial, in the order in which they finished."""
        return self.path / "trials.csv"

    @property
    def leaderboard(self) -> Path:
        """All rows, ranked."""
        return self.path / "leaderboard.csv"

    @property
    def artifacts(self) -> Path:
        """Copies of trials' files, which optuna-dashboard shows."""
        return self.path / ARTIFACTS

    @property
    def leases(self) -> Path:
        return self.path / ".leases"

    @property
    def workers(self) -> Path:
        return self.path / "workers"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"

    def require_possible(self) -> None:
        """Refuses a folder that cannot be made or written, before anything is.

        Raises:
            SweepError: with the reason.
        """
        try:
            for ancestor in (self.path, *self.path.parents):
                if ancestor.is_dir():
                    break
                if ancestor.exists():
                    raise SweepError(f"hydra.sweep.dir={self.path}: {ancestor} is no folder")
        except (OSError, ValueError) as error:  # a name too long, a null byte
            message = error.strerror if isinstance(error, OSError) else error
            raise SweepError(f"hydra.sweep.dir={self.path}: is no possible folder ({message})") from None
        if not os.access(ancestor, os.W_OK | os.X_OK):
            place = "" if ancestor == self.path else f"{ancestor} "
            raise SweepError(f"hydra.sweep.dir={self.path}: {place}cannot be written")
        if not received.fits(self.path.relative_to(ancestor)):
            raise SweepError(f"hydra.sweep.dir={self.path}: must be of names of at most 255 bytes, none null")

    def make(self) -> None:
        """Makes the folder.

        Raises:
            SweepError: it cannot be made or written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SweepError(f"hydra.sweep.dir={self.path}: cannot be made ({error.strerror})") from None
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise SweepError(f"hydra.sweep.dir={self.path}: cannot be written")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Within it, this process is the only one of this folder's that changes what is enqueued or asks."""
        with locks.locked(self.lock):
            yield

    def claim_trial(self, subfolder: str) -> str:
        """Makes a new folder below this one, with -2, -3, ... behind its name where it exists; returns its
        name. Making it is the claim: nothing is ever written over."""
        for number in itertools.count(1):
            name = subfolder if number == 1 else f"{subfolder}-{number}"
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                target.mkdir()
                return name
        raise AssertionError("unreachable")

    def stop_mark(self, worker: int) -> Path:
        """The file whose existence tells a worker to ask for no other trial."""
        return self.workers / str(worker) / "stop"

    def pulse_of(self, worker: int) -> Path:
        """The file that is there while the worker runs a job, and touched by every report."""
        return self.workers / str(worker) / ".pulse"

    def progress_of(self, worker: int) -> Path:
        """The file in which the worker's job says how far it has come."""
        return self.workers / str(worker) / ".progress"

    def output_of(self, worker: int) -> Path:
        """What the worker's jobs print while the terminal shows a table."""
        return self.workers / str(worker) / "output.log"

    def worker_error(self, worker: int) -> Path:
        """What ended the process of a supervised worker, in one line."""
        return self.workers / str(worker) / "error.txt"

    def at_work(self, worker: int) -> AbstractContextManager[None]:
        """Within it, this process is known to be that worker."""
        return _marked(self._marks(worker)[0])

    def running(self, worker: int) -> AbstractContextManager[None]:
        """Within it, this process is known to run that worker's trials."""
        return _marked(self._marks(worker)[1])

    def processes_of(self, worker: int) -> set[int]:
        """The processes of this machine that are that worker now, or run its trials."""
        texts = [mark.read_text(encoding="utf-8") for mark in self._marks(worker) if locks.is_held(mark)]
        return {int(text) for text in texts if text.isdigit()}

    def _marks(self, worker: int) -> tuple[Path, Path]:
        folder = self.workers / str(worker)
        return folder / ".at_work", folder / ".running"

    def claim_workers(self, number: int) -> int:
        """Makes that many new workers' folders; returns the first one's number."""
        self.workers.mkdir(exist_ok=True)
        with self.locked():
            taken_numbers = [int(path.name) for path in self.workers.iterdir() if path.name.isdigit()]
            first = max(taken_numbers, default=-1) + 1
            for worker in range(first, first + number):
                (self.workers / str(worker)).mkdir()
        return first


@contextlib.contextmanager
def _marked(mark: Path) -> Iterator[None]:
    with locks.locked(mark):
        mark.write_text(str(os.getpid()), encoding="utf-8")
        yield
