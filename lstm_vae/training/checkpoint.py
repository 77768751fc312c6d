"""The training state of the last finished epoch, whole and in one file.

Keras's own files leave out what seed generators and averages hold, so the state is kept as plain arrays in an
`.npz`: reading one executes nothing, and takes no more room than the model itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstm_vae.atomic import replacing
from lstm_vae.errors import UserError
from lstm_vae.npz import Archive, opened_npz

PROGRESS = "progress"


@dataclass(frozen=True)
class Progress:
    """How far a training has come.

    Attributes:
        epoch: last finished epoch, from 1; 0 before the first.
        best_epoch: epoch of the lowest validation loss; 0 if none.
        best_val_loss: that loss, nats per image.
    """

    epoch: int = 0
    best_epoch: int = 0
    best_val_loss: float = float("inf")


def state_variables(vae: Any, averages: Sequence[Any]) -> list[Any]:
    """Everything that a next step depends on besides (seed, step) and the configuration: weights, dropout's
    seed generators, the optimizer's variables (its step counter among them) and the weights' averages."""
    return [*vae.variables, *vae.optimizer.variables, *averages]


def save(path: Path, variables: Sequence[Any], progress: Progress) -> None:
    """Writes the state; the file is either the old one or the new one, whatever happens."""
    arrays = {f"{number:04d}": variable.numpy() for number, variable in enumerate(variables)}
    with replacing(path) as partial:
        np.savez(partial, progress=np.array(json.dumps(asdict(progress))), **arrays)


def read_progress(path: Path) -> Progress:
    """How far the state in a file has come, without touching any model.

    Raises:
        UserError: the file is missing or not a training state.
    """
    with _opened(path) as archive:
        return _progress(archive)


def restore(path: Path, variables: Sequence[Any]) -> Progress:
    """Puts the saved state into the variables, which are the same ones in the same order.

    Raises:
        UserError: the file is missing, not a training state, or of another model.
    """
    with _opened(path) as archive:
        progress = _progress(archive)
        names = [name for name in archive.names if name != PROGRESS]
        if [archive.header(name).shape for name in names] != [tuple(v.shape) for v in variables]:
            raise UserError(f"{path}: holds the state of another model")
        kinds = [variable.numpy().dtype for variable in variables]
        arrays = [
            archive.array(name, tuple(variable.shape), kind)
            for name, variable, kind in zip(names, variables, kinds, strict=True)
        ]
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        return progress


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    try:
        with opened_npz(path) as archive:
            yield archive
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:
        raise UserError(f"{path}: not a training state ({error})") from None


def _progress(archive: Archive) -> Progress:
    try:
        progress = Progress(**json.loads(archive.text(PROGRESS)))
        epochs = progress.epoch, progress.best_epoch
        whole = all(isinstance(epoch, int) and 0 <= epoch < 2**31 for epoch in epochs)
        if not whole or math.isnan(progress.best_val_loss):
            raise ValueError("no epochs")
    except (TypeError, RecursionError, OverflowError) as error:
        raise ValueError(f"its progress is none: {error}") from None
    return progress
