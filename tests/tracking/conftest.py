"""A run as trackers are told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.tracking.tracker import Beginning, Ending, Trial
from lstm_vae.training.history import EpochRow


def row(epoch: int) -> EpochRow:
    """An epoch's row; its validation loss is 200.125 and its number."""
    return EpochRow(epoch, 210.0, 205.0, 5.0, 210.0, 200.125 + epoch, 196.0, 4.5, 1.0, 0.001, 2.0, 1234.5)


@pytest.fixture
def beginning(small: RunConfig, tmp_path: Path) -> Beginning:
    """Trial 3 of a study."""
    folder = tmp_path / "study" / "3"
    folder.mkdir(parents=True)
    return Beginning(small, folder, Trial("digits", tmp_path / "study", 3))


@pytest.fixture
def ending(beginning: Beginning) -> Ending:
    """It is complete, with one picture."""
    record, picture = beginning.folder / "record.json", beginning.folder / "loss_curves.png"
    record.write_text("{}", encoding="utf-8")
    # The smallest PNG there is.
    picture.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d494844520000000100000001080000000"
            "03a7e9b550000000a49444154789c63600000000200015f0ad8d40000000049454e44ae426082"
        )
    )
    return Ending("COMPLETE", None, {"val_loss": 201.5, "test_loss": 203.0}, [record], [picture])
