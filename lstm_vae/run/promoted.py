"""Beginning a run where another one of the same configuration was stopped, or cut off; its folder stays."""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path

from lstm_vae.atomic import copy_file
from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import UserError
from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder, sole_user
from lstm_vae.run.resume import require_whole


def take_over(stopped_folder: Path, folder: RunFolder, config: RunConfig, fingerprint: str) -> int:
    """Copies a stopped run's training state, history and best weights into a new run's folder.

    Where there is no state that training could go on from (its checkpoints were deleted to free disk, say, or
    the program has fields that it did not have), says so in a line; the run then starts with its first epoch.

    Args:
        stopped_folder: of the stopped run.
        folder: of the new run, which holds none of these files.
        config: of the new run.
        fingerprint: of its data.

    Returns:
        the number of epochs that are done.

    Raises:
        OSError: a file cannot be written.
    """
    source = RunFolder(stopped_folder)
    try:
        with sole_user(source) if source.lock.exists() else contextlib.nullcontext():
            before = record.read(source.record)
            epochs_done = require_whole(source, str(stopped_folder))
            if epochs_done == 0:
                raise UserError(f"{stopped_folder}: has no training state (checkpoints/last.npz)")
            _require_same(source, before, config, fingerprint)
            _copy(source, folder)
            return epochs_done
    except UserError as error:
        print(f"note: {error}; the run starts again", file=sys.stderr, flush=True)
        return 0


def _require_same(source: RunFolder, before: record.Record, config: RunConfig, fingerprint: str) -> None:
    """Compares what is computed; a field that the stopped run's version did not have is what that did."""
    saved, own = source.read_config().identity(), config.identity()
    if differences := [key for key in own if saved[key] != own[key]]:
        told = ", ".join(f"{key} is {saved[key]} there and {own[key]} here" for key in differences)
        raise UserError(f"{source.path}: a run of another configuration: {told}")
    data = before.provenance.get("data_fingerprint")
    if data != fingerprint:
        raise UserError(f"{source.path}: was trained on data {data}, but this is {fingerprint}")


def _copy(source: RunFolder, folder: RunFolder) -> None:
    folder.last.parent.mkdir(parents=True, exist_ok=True)
    for one, other in ((source.history, folder.history), (source.best, folder.best)):
        if one.exists():
            copy_file(one, other)
    if source.tensorboard.is_dir():
        shutil.copytree(source.tensorboard, folder.tensorboard, dirs_exist_ok=True)  # its own is open
    copy_file(source.last, folder.last)  # last: with it the rest counts
