"""Showing a training on a terminal, or in plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from lstm_vae.process import streams
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps


class Display(Protocol):
    """An observer of training that is entered before it begins and left when it ends."""

    def __enter__(self) -> Display: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def on_steps(self, steps: Steps) -> None: ...

    def on_epoch(self, row: EpochRow, last: bool) -> None: ...


def display(how: str, epochs: int, images: int, batch_size: int, epochs_done: int) -> Display:
    """The display that `training.progress` names.

    Args:
        how: `auto`, `rich`, `plain` or `none`.
        epochs: in all.
        images: an epoch.
        batch_size: images a step.
        epochs_done: by an earlier part of a resumed run.
    """
    if how == "auto":
        how = "rich" if sys.stdout.isatty() else "plain"
    clock = _Clock(epochs, images, epochs_done)
    if how == "rich":
        return _Bars(clock, batch_size)
    return _Lines(clock) if how == "plain" else _Nothing()


class _Clock:
    """Images per second and time left, from what this process has trained itself."""

    def __init__(self, epochs: int, images: int, epochs_done: int) -> None:
        self.epochs, self.images, self.first = epochs, images, epochs_done
        self._started = time.monotonic()
        self._timed_from = 0  # images done when the clock started to count: the first call traces the graph
        self._done = 0

    def advance(self, epoch: int, images: int) -> None:
        self._done = (epoch - 1 - self.first) * self.images + images
        if not self._timed_from:
            self._timed_from, self._started = self._done, time.monotonic()

    @property
    def images_per_second(self) -> float:
        seconds = time.monotonic() - self._started
        return (self._done - self._timed_from) / seconds if seconds > 0 else 0.0

    @property
    def time_left(self) -> str:
        if not (rate := self.images_per_second):
            return "-:--:--"
        seconds = round(((self.epochs - self.first) * self.images - self._done) / rate)
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _line(row: EpochRow, epochs: int, time_left: str) -> str:
    return (
        f"epoch {row.epoch:>{len(str(epochs))}}/{epochs}"
        f"  train {row.loss:7.2f} = bce {row.bce:.2f} + kl {row.kl:.2f}"
        f"  val {row.val_loss:7.2f} = bce {row.val_bce:.2f} + kl {row.val_kl:.2f} nats/image"
        f"  {row.images_per_second:,.0f} images/s  left {time_left}"
    )


class _Nothing:
    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def on_steps(self, steps: Steps) -> None:
        return

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        return


class _Lines(_Nothing):
    """One line an epoch."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def on_steps(self, steps: Steps) -> None:
        self._clock.advance(steps.epoch, steps.images)

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        try:
            print(_line(row, self._clock.epochs, self._clock.time_left), flush=True)
        except OSError:  # nobody reads any more, or its disk is full: no reason to end a training
            streams.silence()


class _Bars(_Nothing):
    """A bar for the epoch under way, and a line for every epoch done."""

    def __init__(self, clock: _Clock, batch_size: int) -> None:
        self._clock, self._batch_size = clock, batch_size
        self._steps = -(-clock.images // batch_size)
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(bar_width=None),
            TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[losses]}"),
            TextColumn("{task.fields[speed]}"),
            console=Console(highlight=False),
            expand=True,
            transient=True,
        )
        self._task = self._progress.add_task(
            "", total=self._steps, epoch=clock.first + 1, epochs=clock.epochs, losses="starting", speed=""
        )

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def on_steps(self, steps: Steps) -> None:
        self._clock.advance(steps.epoch, steps.images)
        self._progress.update(
            self._task,
            epoch=steps.epoch,
            completed=-(-steps.images // self._batch_size),
            losses=f"bce {steps.bce:.1f} + kl {steps.kl:.1f} = {steps.bce + steps.kl:.1f}",
            speed=f"{self._clock.images_per_second:,.0f} img/s  {self._clock.time_left} left",
        )

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        text = (
            f"epoch {row.epoch}/{self._clock.epochs}  train {row.loss:.2f}  val {row.val_loss:.2f} "
            f"= bce {row.val_bce:.2f} + kl {row.val_kl:.2f} nats/image"
        )
        self._progress.console.print(text)
