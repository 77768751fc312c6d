"""What whoever watches a training is told, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.errors import PrunedRunError
from lstm_vae.model import build_vae
from lstm_vae.training import checkpoint, history
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Observer, Steps
from lstm_vae.training.stop import StopSignals
from lstm_vae.training.trainer import Trainer, TrainingFiles

pytestmark = pytest.mark.long


class Watcher:
    """Notes what it is told, and what stands in the files then."""

    def __init__(self, files: TrainingFiles) -> None:
        self._files = files
        self.steps: list[tuple[int, float, float]] = []
        self.rows: list[EpochRow] = []

    def on_steps(self, steps: Steps) -> None:
        self.steps.append((steps.images, steps.bce, steps.kl))

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        assert history.read(self._files.history)[-1] == row
        assert checkpoint.read_progress(self._files.last).epoch == row.epoch
        self.rows.append(row)


class Pruner(Watcher):
    """Has seen enough after an epoch, or after a call into TensorFlow."""

    def __init__(self, files: TrainingFiles, method: str) -> None:
        super().__init__(files)
        self._method = method

    def on_steps(self, steps: Steps) -> None:
        if self._method == "on_steps" and steps.epoch == 2:
            raise PrunedRunError("enough")

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        if self._method == "on_epoch":
            raise PrunedRunError("enough")


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    return TrainingFiles(tmp_path / "history.csv", tmp_path / "last.npz", tmp_path / "best.weights.h5")


def train(config: RunConfig, digits: Splits, files: TrainingFiles, *observers: Observer) -> None:
    Trainer(build_vae(config), digits, config, files, observers, StopSignals()).fit()


def test_means_are_of_the_epoch_so_far_and_an_epoch_is_told_when_it_is_on_disk(
    small: RunConfig, digits: Splits, files: TrainingFiles
) -> None:
    watcher = Watcher(files)
    config = small.replace(training__epochs=1, training__batch_size=100, training__steps_per_execution=1)
    train(config, digits, files, watcher)
    assert [images for images, _, _ in watcher.steps] == [100, 200, 256]
    (row,) = watcher.rows
    assert watcher.steps[-1][1:] == pytest.approx((row.bce, row.kl))


@pytest.mark.parametrize("method", ["on_steps", "on_epoch"])
def test_what_an_observer_raises_ends_the_training(
    small: RunConfig, digits: Splits, files: TrainingFiles, method: str
) -> None:
    later = Watcher(files)
    with pytest.raises(PrunedRunError, match="enough"):
        train(small.replace(training__epochs=3), digits, files, Pruner(files, method), later)
    assert checkpoint.read_progress(files.last).epoch == 1
    assert len(later.rows) == (method == "on_steps")
