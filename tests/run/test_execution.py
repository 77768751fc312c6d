"""One run: what it begins with, and how it ends badly."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import lstm_vae
from lstm_vae import evaluation
from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import cached_splits
from lstm_vae.errors import RunFailedError
from lstm_vae.evaluation import evaluate
from lstm_vae.run import execution, record
from lstm_vae.tracking.tracker import Ending
from lstm_vae.training import history
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps


@pytest.mark.long
def test_an_evaluation_that_overflows_where_validation_does_not_fails_the_run(
    small: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A density may overflow where the loss of one sample does not; with which weights depends on the CPU.
    monkeypatch.setattr(evaluation, "evaluate", lambda *args: evaluate(*args) | {"test_nll": float("inf")})
    config = small.replace(training__epochs=1, training__learning_rate=0.5, training__clipnorm=None)
    with pytest.raises(
        RunFailedError,
        match=r"^epoch 1, evaluation: test_nll is inf; likely cause: weights that overflow, after a "
        r"learning rate too high \(training.learning_rate=0.5\) without gradient clipping",
    ) as failed:
        execution.execute(config, tmp_path)
    account = record.read(tmp_path / "record.json")
    assert (account.state, account.reason) == ("FAIL", str(failed.value))
    assert account.metrics == {}
    assert not (tmp_path / "model.keras").exists()


@pytest.mark.parametrize("std", [0.5, None])
def test_a_run_begins_with_means_that_say_something(
    small: RunConfig, tmp_path: Path, std: float | None
) -> None:
    config = small.replace(encoder__initial_mean_std=std, training__epochs=1, training__learning_rate=1e-12)
    execution.execute(config, tmp_path)
    images = cached_splits(config.data).validation.images
    spread = np.std(lstm_vae.load(tmp_path).encoder(images.astype(np.float32) / 255).z_mean, axis=0)
    if std is None:
        assert spread.max() < 0.1
    else:
        assert spread.min() > 0.3


class Follower:
    """Is told of a run."""

    def __init__(self) -> None:
        self.caught_up: list[int] = []
        self.epochs: list[int] = []

    def on_steps(self, steps: Steps) -> None:
        pass

    def catch_up(self, rows: Sequence[EpochRow]) -> None:
        self.caught_up += [row.epoch for row in rows]

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        self.epochs.append(row.epoch)


@pytest.mark.long
@pytest.mark.parametrize("torn", ["3,135.1,1", pytest.param("3,135.1,1\n", marks=pytest.mark.slow)])
def test_a_run_goes_on_whatever_stands_behind_its_last_whole_epoch(
    small: RunConfig, tmp_path: Path, torn: str
) -> None:
    config = small.replace(training__schedule="constant")
    execution.execute(config, tmp_path)
    with (tmp_path / "history.csv").open("a") as file:
        file.write(torn)
    follower = Follower()
    longer = config.replace(training__resume=str(tmp_path), training__epochs=3)
    execution.execute(longer, tmp_path, observers=[follower])
    assert (follower.caught_up, follower.epochs) == ([1, 2], [3])
    assert [row.epoch for row in history.read(tmp_path / "history.csv")] == [1, 2, 3]


def test_trackers_hear_of_a_start_that_failed(
    small: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endings: list[Ending] = []

    class Tracker(Follower):
        def finish(self, ending: Ending) -> None:
            endings.append(ending)

    def full(path: Path, account: record.Record) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(execution, "open_all", lambda trackers, _: trackers.append(Tracker()))
    monkeypatch.setattr(record, "write", full)
    with pytest.raises(OSError, match=r"record\.json"):
        execution.execute(small, tmp_path)
    ((state, reason),) = [(ending.state, ending.reason) for ending in endings]
    assert state == "FAIL"
    assert "No space left on device" in str(reason)
