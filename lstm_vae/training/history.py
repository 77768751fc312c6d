"""`history.csv`: one row an epoch, written as the epoch ends."""

from __future__ import annotations

import csv
import dataclasses
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_vae.atomic import replacing, sync_folder, text
from lstm_vae.errors import UserError

TIME_COLUMNS = ("seconds", "images_per_second")


@dataclass(frozen=True)
class EpochRow:
    """What an epoch gave. Losses in nats per image; `loss` is BCE + KL at beta = 1 whatever was minimised.

    Attributes:
        epoch: counted from 1.
        loss: mean over the epoch's training steps, each before its update.
        bce: likewise.
        kl: likewise.
        objective: what the optimizer minimised: with beta, warm-up and free bits.
        val_loss: on the validation images after the epoch, with the averaged weights where averaging is on.
        val_bce: likewise.
        val_kl: likewise.
        kl_weight: beta times the warm-up's part at the epoch's last step.
        learning_rate: at the epoch's last step.
        seconds: of training, validation left out.
        images_per_second: training images by those seconds.
    """

    epoch: int
    loss: float
    bce: float
    kl: float
    objective: float
    val_loss: float
    val_bce: float
    val_kl: float
    kl_weight: float
    learning_rate: float
    seconds: float
    images_per_second: float


COLUMNS = tuple(item.name for item in dataclasses.fields(EpochRow))


def append(path: Path, row: EpochRow) -> None:
    """Adds a row, and the heading before the first."""
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        new = file.tell() == 0
        if new:
            writer.writerow(COLUMNS)
        writer.writerow(dataclasses.astuple(row))
        file.flush()
        os.fsync(file.fileno())  # the training state, written next, must not outlive its row
    if new:
        sync_folder(path.parent)


def read(path: Path) -> list[EpochRow]:
    """All rows of a history, exactly as they were written.

    Raises:
        UserError: the file is missing or not a history.
    """
    return _rows(path, _lines(path))


def read_whole(path: Path) -> list[EpochRow]:
    """All rows but a last one that a stopped run has torn.

    Raises:
        UserError: as of `read`.
    """
    return _rows(path, _whole_lines(path))


def read_through(path: Path, epoch: int) -> list[EpochRow]:
    """The rows of so many epochs, whatever stands behind them.

    Raises:
        UserError: as of `read`.
    """
    return _rows(path, _lines(path)[: epoch + 1])


def count(path: Path) -> int:
    """How many whole rows a history has, one that a stopped run has torn left out.

    Raises:
        UserError: the file is missing or no text.
    """
    return len(_whole_lines(path)) - 1


def _whole_lines(path: Path) -> list[str]:
    return [line for line in _lines(path) if line.endswith("\n")]


def _rows(path: Path, lines: Sequence[str]) -> list[EpochRow]:
    try:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError("its columns are not a history's")
        return [_row(values) for values in reader]
    except (ValueError, TypeError, csv.Error) as error:
        raise UserError(f"{path}: not a history ({error})") from None


def _lines(path: Path) -> list[str]:
    try:
        return text(path).splitlines(keepends=True)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UserError(f"{path}: not a history ({error})") from None


def _row(values: dict[str, str]) -> EpochRow:
    return EpochRow(int(values["epoch"]), **{name: float(values[name]) for name in COLUMNS[1:]})


def keep_through(path: Path, epoch: int) -> list[EpochRow]:
    """Drops rows of later epochs, which a stopped run may have left, and returns the rest."""
    if epoch == 0 and not path.exists():
        return []
    lines = _lines(path)[: epoch + 1]
    if epoch == 0:
        lines = [",".join(COLUMNS) + "\n"]  # what stands there need not be whole
    with replacing(path) as partial:
        partial.write_text("".join(lines), encoding="utf-8", newline="\n")
    return read(path)


def best(rows: Sequence[EpochRow]) -> EpochRow:
    """The row with the lowest validation loss, the first of equals."""
    return min(rows, key=lambda row: row.val_loss if math.isfinite(row.val_loss) else math.inf)
