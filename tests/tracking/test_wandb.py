"""Runs in Weights & Biases, offline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lstm_vae.tracking.tracker import Beginning, Ending
from lstm_vae.tracking.wandb import WeightsAndBiases
from lstm_vae.training.observer import Steps
from tests.sweeps.conftest import wait_for
from tests.tracking.conftest import row

pytestmark = pytest.mark.long
EMPTY = 7  # bytes, of a file that has nothing but its heading


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the user's own settings."""
    for name in ("WANDB_MODE", "WANDB_PROJECT", "WANDB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))


def logs(folder: Path) -> list[bytes]:
    """What W&B keeps to upload later, a file a part of the run. Its service closes a file in a process of its
    own, a moment after the run is finished."""
    paths = sorted(folder.glob("wandb/offline-run-*/*.wandb"))
    wait_for(lambda: all(path.stat().st_size > EMPTY for path in paths))
    return [path.read_bytes() for path in paths]


def test_a_run_is_kept_in_its_folder_to_be_uploaded_later(beginning: Beginning, ending: Ending) -> None:
    tracker = WeightsAndBiases(beginning)
    tracker.on_steps(Steps(1, 48, 256, 200.0, 5.0))
    for epoch in (1, 2):
        tracker.on_epoch(row(epoch), last=False)
    tracker.finish(ending)
    (log,) = logs(beginning.folder)
    for word in (b"encoder.hidden", b"digits", b"lstm_vae", b"final/test_loss", b"figures/loss_curves"):
        assert word in log
    assert log.count(b"val_bce") >= 2
    assert b"201.125" in log
    assert b"202.125" in log


def test_two_runs_of_a_process_are_two(beginning: Beginning, ending: Ending) -> None:
    first = WeightsAndBiases(beginning)
    other = replace(beginning, folder=beginning.folder.parent / "4")
    other.folder.mkdir()
    second = WeightsAndBiases(other)
    first.on_epoch(row(1), last=False)
    second.on_epoch(row(2), last=False)
    first.finish(ending)
    second.finish(ending)
    assert b"201.125" in logs(beginning.folder)[0]
    assert b"201.125" not in logs(other.folder)[0]


def test_a_run_that_goes_on_is_the_same_one(beginning: Beginning, ending: Ending) -> None:
    for epoch in (1, 2):
        tracker = WeightsAndBiases(beginning)
        tracker.on_epoch(row(epoch), last=False)
        tracker.finish(ending)
    run_id = (beginning.folder / "wandb_run.txt").read_text(encoding="utf-8").strip().encode()
    assert all(run_id in log for log in logs(beginning.folder))
