"""One run: what it begins with, and how it ends badly."""

from __future__ import annotations

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
