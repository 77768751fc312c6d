"""TensorBoard event files of a training."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import tensorflow as tf

from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps


class TensorBoard:
    """An observer that writes every column of the history as a scalar, by epoch."""

    def __init__(self, folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(folder))

    def on_steps(self, steps: Steps) -> None:
        """Nothing: scalars are by epoch, as in `history.csv`."""

    def on_epoch(self, row: EpochRow) -> None:
        values = dataclasses.asdict(row)
        epoch = values.pop("epoch")
        with self._writer.as_default(step=epoch):
            for name, value in values.items():
                tf.summary.scalar(name, value)
        self._writer.flush()
