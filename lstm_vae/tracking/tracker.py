"""What a tracker is told of a run. `record.json` and the files beside it are the run's account; a tracker
has a copy, and no run that has begun ends because it cannot be kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lstm_vae.atomic import one_line
from lstm_vae.config.run_config import EXECUTION_FIELDS, RunConfig
from lstm_vae.errors import InterruptedRunError
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Observer, Steps

Value = str | int | float | bool
EVENTS = "tensorboard"  # below a run's folder: TensorBoard's files


@dataclass(frozen=True)
class Trial:
    """The trial of a study that a run is.

    Attributes:
        study: its name.
        folder: the study's.
        number: the trial's.
    """

    study: str
    folder: Path
    number: int


@dataclass(frozen=True)
class Beginning:
    """A run that begins, or goes on.

    Attributes:
        config: of the run.
        folder: of the run.
        trial: that it is; None of a run by itself.
    """

    config: RunConfig
    folder: Path
    trial: Trial | None

    @property
    def name(self) -> str:
        """What the run is called: by its folder, below the study's where it has one."""
        if self.trial is not None and self.folder.is_relative_to(self.trial.folder):
            return self.folder.relative_to(self.trial.folder).as_posix()
        return self.folder.name

    @property
    def fields(self) -> dict[str, Value]:
        """What the run computes, field by field; lists are texts, as on a command line."""
        flat = self.config.flat().items()
        return {name: _plain(value) for name, value in flat if name not in EXECUTION_FIELDS}


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Attributes:
        state: COMPLETE, PRUNED or FAIL.
        reason: of one that is not COMPLETE.
        metrics: of a COMPLETE one.
        files: that it leaves: its record and its history.
        pictures: likewise.
    """

    state: str
    reason: str | None
    metrics: Mapping[str, float]
    files: Sequence[Path]
    pictures: Sequence[Path]


class Tracker(Observer, Protocol):
    """An observer that is also told how the run ended.

    Attributes:
        is_new: whether it knows nothing of the run yet; not so of one that goes on.
    """

    @property
    def is_new(self) -> bool: ...

    def finish(self, ending: Ending) -> None:
        """The run has ended."""


class Mirror:
    """A tracker whose failures end nothing: one line says so, and it is told no more.

    Args:
        name: the switch, as `training.mlflow`.
        tracker: the tracker.
    """

    def __init__(self, name: str, tracker: Tracker) -> None:
        self._name, self._tracker = name, tracker
        self._failed = False

    def on_steps(self, steps: Steps) -> None:
        """Passes it on."""
        self._told(lambda: self._tracker.on_steps(steps))

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        """Passes it on."""
        self._told(lambda: self._tracker.on_epoch(row, last))

    def catch_up(self, rows: Sequence[EpochRow]) -> None:
        """Tells it of epochs that are done, where it knows nothing of them."""

        def tell() -> None:
            if self._tracker.is_new:
                for row in rows:
                    self._tracker.on_epoch(row, last=False)

        self._told(tell)

    def finish(self, ending: Ending) -> None:
        """Passes it on."""
        self._told(lambda: self._tracker.finish(ending))

    def _told(self, tell: Callable[[], None]) -> None:
        if self._failed:
            return
        try:
            tell()
        except InterruptedRunError:
            raise
        except Exception as error:  # its library may raise anything
            self._failed = True
            print(
                f"warning: {self._name}: {why(error)}; it is told no more of this run",
                file=sys.stderr,
                flush=True,
            )


def why(error: Exception) -> str:
    """What a tracker's library has raised, in a line without passwords."""
    return one_line(error, 300) or type(error).__name__


def _plain(value: Any) -> Value:
    if isinstance(value, (bool, int, float, str)):
        return value
    if value is None:
        return "null"
    return f"[{','.join(map(str, value))}]" if isinstance(value, (list, tuple)) else str(value)
