from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.errors import InterruptedRunError, RunFailedError
from lstm_vae.evaluation import Scorer
from lstm_vae.model import VAE, build_vae
from lstm_vae.model.decoder import Decoder
from lstm_vae.model.encoders.lstm import LSTMEncoder
from lstm_vae.training import checkpoint, history
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps
from lstm_vae.training.stop import StopSignals
from lstm_vae.training.trainer import Trained, Trainer, TrainingFiles

pytestmark = pytest.mark.long


class Watcher:
    def __init__(self) -> None:
        self.images: list[tuple[int, int]] = []
        self.rows: list[EpochRow] = []
        self.last: list[bool] = []

    def on_steps(self, steps: Steps) -> None:
        self.images.append((steps.epoch, steps.images))

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        self.rows.append(row)
        self.last.append(last)


def files(folder: Path) -> TrainingFiles:
    return TrainingFiles(folder / "history.csv", folder / "c" / "last.npz", folder / "c" / "best.weights.h5")


def fit(config: RunConfig, digits: Splits, folder: Path, *observers: Any) -> tuple[VAE, Trained]:
    folder.mkdir(exist_ok=True)
    vae = build_vae(config)
    return vae, Trainer(vae, digits, config, files(folder), observers, StopSignals()).fit()


def untimed(rows: Any) -> list[dict[str, float]]:
    return [{k: v for k, v in vars(row).items() if k not in history.TIME_COLUMNS} for row in rows]


def test_it_learns_and_tells(small: RunConfig, digits: Splits, tmp_path: Path) -> None:
    watcher = Watcher()
    config = small.replace(training__epochs=8, training__steps_per_execution=10, training__batch_size=16)
    vae, trained = fit(config, digits, tmp_path, watcher)
    assert watcher.last == [False] * 7 + [True]
    assert trained.rows == watcher.rows == history.read(tmp_path / "history.csv")
    assert watcher.images[:2] == [(1, 160), (1, 256)]
    assert trained.rows[-1].loss < 0.6 * trained.rows[0].loss
    assert trained.rows[-1].loss == pytest.approx(trained.rows[-1].bce + trained.rows[-1].kl)
    # What is left in the model is what the last validation scored.
    score = Scorer(vae, 100, config.evaluation.seed).score(digits.validation.images)
    assert score.loss == pytest.approx(trained.rows[-1].val_loss, rel=1e-6)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_stopped_and_resumed_equals_never_stopped(
    small: RunConfig, digits: Splits, tmp_path: Path, dropout: float
) -> None:
    config = small.replace(
        encoder__dropout=dropout,
        training__epochs=4,
        training__kl_warmup_epochs=3,
        training__schedule="constant",
    )
    straight_model, straight = fit(config, digits, tmp_path / "straight")
    fit(config.replace(training__epochs=2, training__kl_warmup_epochs=3), digits, tmp_path / "resumed")
    history.append(tmp_path / "resumed" / "history.csv", straight.rows[0])  # a row the state knows nothing of
    resumed_model, resumed = fit(config, digits, tmp_path / "resumed")
    assert untimed(resumed.rows) == untimed(straight.rows)
    for one, other in zip(straight_model.get_weights(), resumed_model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_best_epochs_weights_are_kept(small: RunConfig, digits: Splits, tmp_path: Path) -> None:
    config = small.replace(training__epochs=4, training__learning_rate=0.3, training__clipnorm=None)
    _, trained = fit(config, digits, tmp_path)
    best = history.best(trained.rows)
    assert checkpoint.read_progress(files(tmp_path).last).best_epoch == best.epoch
    vae = build_vae(config)
    vae.load_weights(files(tmp_path).best)
    score = Scorer(vae, config.evaluation.batch_size, config.evaluation.seed).score(digits.validation.images)
    assert score.loss == pytest.approx(best.val_loss, rel=1e-6)


def test_early_stopping_waits_so_many_epochs(small: RunConfig, digits: Splits, tmp_path: Path) -> None:
    config = small.replace(
        training__epochs=50,
        training__early_stopping=2,
        training__optimizer="sgd",
        training__learning_rate=1e-12,
    )
    watcher = Watcher()
    _, trained = fit(config, digits, tmp_path, watcher)
    assert trained.stopped_early
    assert len(trained.rows) == history.best(trained.rows).epoch + 2
    # Whoever compares the run with others must know that there is nothing left to stop.
    assert watcher.last == [False] * (len(trained.rows) - 1) + [True]


def test_a_loss_that_is_not_finite_is_named(small: RunConfig, digits: Splits, tmp_path: Path) -> None:
    config = small.replace(training__learning_rate=1e9)
    with pytest.raises(RunFailedError, match=r"epoch \d, step \d of 6: the loss is .*learning_rate=1e\+09"):
        fit(config, digits, tmp_path)


def test_a_stop_leaves_the_last_finished_epoch(small: RunConfig, digits: Splits, tmp_path: Path) -> None:
    stop = StopSignals()

    class Stopper(Watcher):
        def on_steps(self, steps: Steps) -> None:
            if steps.epoch == 2:
                stop.received = 15

    config = small.replace(training__epochs=5)
    trainer = Trainer(build_vae(config), digits, config, files(tmp_path), [Stopper()], stop)
    with pytest.raises(InterruptedRunError, match="SIGTERM"):
        trainer.fit()
    assert checkpoint.read_progress(files(tmp_path).last).epoch == 1


def test_beta_and_free_bits_change_the_objective_not_the_reported_loss(
    small: RunConfig, digits: Splits, tmp_path: Path
) -> None:
    once = small.replace(training__epochs=1, training__relocation=0.0)
    _, trained = fit(once.replace(training__beta=3.0), digits, tmp_path / "beta")
    row = trained.rows[0]
    assert row.objective == pytest.approx(row.bce + 3 * row.kl, rel=1e-5)
    assert row.kl_weight == 3.0
    _, trained = fit(once.replace(training__free_bits=50.0), digits, tmp_path / "free")
    row = trained.rows[0]
    assert row.objective == pytest.approx(row.bce + 2 * 50, rel=1e-5)
    _, trained = fit(once.replace(training__relocation=30.0), digits, tmp_path / "pulled")
    row = trained.rows[0]
    assert row.bce + row.kl < row.objective < row.bce + row.kl + 30 * 4
    assert row.loss == row.bce + row.kl


def test_weights_that_break_in_the_last_step_are_not_saved(
    small: RunConfig, digits: Splits, tmp_path: Path
) -> None:
    config = small.replace(training__learning_rate=1e38, training__batch_size=256)
    with pytest.raises(RunFailedError, match="epoch 1, validation after step 1: the loss is"):
        fit(config, digits, tmp_path)
    assert not files(tmp_path).last.exists()
    assert not files(tmp_path).history.exists()


class NormalizingEncoder(LSTMEncoder):
    """Has a layer that tracks what it sees."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.norm = keras.layers.BatchNormalization()

    def features(self, images: Any, training: bool = False) -> Any:
        return self.norm(super().features(images, training), training=training)


def test_what_layers_track_is_averaged_like_the_weights_that_see_it(
    small: RunConfig, digits: Splits, tmp_path: Path
) -> None:
    config = small.replace(training__ema=0.5)
    vae = VAE(NormalizingEncoder(hidden=[16], fc=[8]), Decoder(filters=(4, 2)))
    vae.build((None, 28, 28))
    trainer = Trainer(vae, digits, config, files(tmp_path), [], StopSignals())
    assert len(trainer._average.averages) == len(vae.trainable_variables) + 2
    rows = trainer.fit().rows
    # The weights that are left are those that the last validation scored, all of them.
    score = Scorer(vae, 100, config.evaluation.seed).score(digits.validation.images)
    assert score.loss == pytest.approx(rows[-1].val_loss, rel=1e-5)
    plain = Trainer(build_vae(config), digits, config, files(tmp_path / "plain"), [], StopSignals())
    assert len(plain._average.averages) == len(plain._vae.trainable_variables)
