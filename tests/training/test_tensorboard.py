from __future__ import annotations

from pathlib import Path

import pytest
import tensorflow as tf

from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps
from lstm_vae.training.tensorboard import TensorBoard


def test_every_column_is_a_scalar_by_epoch(tmp_path: Path) -> None:
    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    observer = TensorBoard(tmp_path)
    observer.on_steps(Steps(1, 10, 100, 1.0, 1.0))
    observer.on_epoch(EpochRow(4, 210.0, 205.0, 5.0, 210.0, 200.5, 196.0, 4.5, 1.0, 0.001, 2.0, 1234.5))
    events = event_accumulator.EventAccumulator(str(tmp_path)).Reload()
    (event,) = events.Tensors("val_loss")
    assert event.step == 4
    assert float(tf.make_ndarray(event.tensor_proto)) == pytest.approx(200.5)
    assert {"bce", "kl", "val_bce", "val_kl", "learning_rate"} <= set(events.Tags()["tensors"])
