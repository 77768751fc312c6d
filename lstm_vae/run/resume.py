"""Going on with a stopped run: its own configuration holds, and what the command says must agree with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lstm_vae.config.run_config import EXECUTION_FIELDS, KEYS, RunConfig
from lstm_vae.data import Splits
from lstm_vae.errors import UserError
from lstm_vae.run import record
from lstm_vae.run.encoder_source import require_known_encoder
from lstm_vae.run.folder import RunFolder, sole_user
from lstm_vae.run.loading import PACKED, require_plausible
from lstm_vae.training import checkpoint, history

# Changing how long a run goes is what resuming is for; the rest only says how it is run or shown.
CHANGEABLE = (*EXECUTION_FIELDS, "training.epochs", "training.early_stopping", "training.jit_compile")


def resumed_config(asked_config: RunConfig, overrides: Sequence[str]) -> RunConfig:
    """The configuration with which `training.resume` goes on: the run's own, with what may change as asked.

    Args:
        asked_config: as composed from the command line.
        overrides: of the command line: fields that none of them names are taken from the run.

    Raises:
        UserError: the folder holds no resumable run, the command names a field that the run has otherwise
            (the message shows the difference), or there is nothing left to do.
    """
    folder = RunFolder(Path(asked_config.training.resume or ""))
    how = f"training.resume={folder.path}"
    saved_config = folder.read_config()
    require_own_files(folder, how)
    if folder.lock.exists():
        with sole_user(folder):
            pass
    epochs_done = require_whole(folder, how)

    before, now = saved_config.flat(), asked_config.flat()
    named_keys = {key for key in KEYS if _names(overrides, key)} - {"training.resume"}
    different_keys = [key for key in sorted(named_keys) if before[key] != now[key]]
    refused_keys = [key for key in different_keys if key not in CHANGEABLE]
    if refused_keys:
        differences = ", ".join(f"{key} is {before[key]} there and {now[key]} here" for key in refused_keys)
        raise UserError(f"{how}: a run of another configuration: {differences}")
    if "training.epochs" in different_keys and saved_config.training.schedule != "constant":
        raise UserError(
            f"training.epochs={now['training.epochs']}: must stay {before['training.epochs']} to resume "
            f"{folder.path}, whose {saved_config.training.schedule} schedule depends on it"
        )
    changes = {key.replace(".", "__"): now[key] for key in different_keys}
    config = saved_config.replace(**changes, training__resume=str(folder.path))
    _require_something_left(folder, config, epochs_done)
    if epochs_done:
        try:
            require_plausible(config, PACKED * folder.last.stat().st_size)
        except ValueError as error:
            raise UserError(f"{how}: its checkpoints/last.npz is no state of its model: {error}") from None
    require_known_encoder(config.encoder.kind)
    return config


def require_own_files(folder: RunFolder, how: str) -> None:
    """Refuses a run whose files are links to somewhere else: going on with it would write there.

    Raises:
        UserError: one is.
    """
    root = os.path.realpath(folder.path)
    for path in (*folder.path.iterdir(), *folder.last.parent.glob("*"), *folder.tensorboard.glob("*")):
        if path.is_symlink() and not os.path.realpath(path).startswith(root + os.sep):
            raise UserError(f"{how}: its {path.name} is a link that leads elsewhere; put a copy in its place")


def _names(overrides: Sequence[str], key: str) -> bool:
    """Whether an override sets the field: by its name, its group's option, or an experiment's."""
    for override in overrides:
        name = override.lstrip("+~").split("=", 1)[0].split("@")[0].strip()
        if name in (key, key.split(".")[0], "experiment") or key.startswith(name + "."):
            return True
    return False


def require_same_data(config: RunConfig, splits: Splits) -> None:
    """Raises `UserError` where the images are not those that the run has been trained on."""
    folder = RunFolder(Path(config.training.resume or ""))
    if not folder.record.exists():
        return
    before = record.read(folder.record).provenance.get("data_fingerprint")
    if before != splits.fingerprint:
        raise UserError(
            f"training.resume={folder.path}: was trained on data {before}, but this is {splits.fingerprint}"
        )


def require_whole(folder: RunFolder, how: str) -> int:
    """The number of epochs done, of a run whose files agree.

    Raises:
        UserError: they do not, or one is damaged.
    """
    if folder.record.exists():
        record.read(folder.record)
    # A row without a state is what a crash at the end of the first epoch leaves.
    rows = history.count(folder.history) if folder.history.exists() else 0
    if not folder.last.exists():
        if rows > 1:
            raise UserError(f"{how}: its checkpoints/last.npz is missing")
        return 0
    epochs = checkpoint.read_progress(folder.last).epoch
    if rows < epochs:
        raise UserError(f"{how}: its history.csv has {max(rows, 0)} rows, its state {epochs} epochs")
    return epochs


def _require_something_left(folder: RunFolder, config: RunConfig, epochs_done: int) -> None:
    epochs = config.training.epochs
    complete = folder.record.exists() and record.read(folder.record).state == "COMPLETE"
    if epochs_done > epochs or (complete and epochs_done == epochs):
        raise UserError(
            f"training.resume={folder.path}: {epochs_done} epochs are done and training.epochs={epochs}; a "
            "larger number goes on"
        )
