"""TensorBoard event files of a run, with its fields for the HParams tab."""

from __future__ import annotations

import dataclasses

import tensorflow as tf
from tensorboard.plugins.hparams import api, api_pb2, summary

from lstm_vae.tracking.tracker import EVENTS, Beginning, Ending
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps


class TensorBoard:
    """Every column of the history as a scalar, by epoch; and the run's fields, by which runs are compared.

    `tensorboard --logdir` of a study's folder shows its trials side by side.
    """

    def __init__(self, beginning: Beginning) -> None:
        self._folder = beginning.folder / EVENTS
        self._writer = tf.summary.create_file_writer(str(self._folder))
        with self._writer.as_default(step=0):
            api.hparams(beginning.fields, trial_id=str(beginning.folder))
        self._writer.flush()

    @property
    def is_new(self) -> bool:
        """Whether there are no event files of an earlier part, or of the run that is taken over."""
        return len(list(self._folder.iterdir())) <= 1

    def on_steps(self, steps: Steps) -> None:
        """Nothing: scalars are by epoch, as in `history.csv`."""

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        """A scalar a column."""
        values = dataclasses.asdict(row)
        epoch = values.pop("epoch")
        with self._writer.as_default(step=epoch):
            for name, value in values.items():
                tf.summary.scalar(name, value)
        self._writer.flush()

    def finish(self, ending: Ending) -> None:
        """The metrics, and how the run ended."""
        status = api_pb2.STATUS_FAILURE if ending.state == "FAIL" else api_pb2.STATUS_SUCCESS
        with self._writer.as_default(step=0):
            for name, value in ending.metrics.items():
                tf.summary.scalar(f"final/{name}", value)
            session_end = summary.session_end_pb(status).SerializeToString()
            tf.summary.experimental.write_raw_pb(session_end, step=0)
        self._writer.close()
