"""Training from the first epoch, or from where a stopped run's last epoch ended."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.sections import TrainingConfig
from lstm_vae.data import Splits
from lstm_vae.errors import RunFailedError
from lstm_vae.evaluation import Scorer
from lstm_vae.model import VAE
from lstm_vae.model.relocation import relocation_weight
from lstm_vae.training import checkpoint, history, weights
from lstm_vae.training.averaging import WeightAverage
from lstm_vae.training.checkpoint import Progress
from lstm_vae.training.history import EpochRow
from lstm_vae.training.loop import StepLoop, StepSums
from lstm_vae.training.observer import Observer, Steps
from lstm_vae.training.optimizer import build_optimizer, learning_rate
from lstm_vae.training.order import epoch_order
from lstm_vae.training.stop import StopSignals


@dataclass(frozen=True)
class TrainingFiles:
    """Where training writes.

    Attributes:
        history: `history.csv`.
        last: the training state of the last finished epoch.
        best: Keras weights of the epoch with the lowest validation loss.
    """

    history: Path
    last: Path
    best: Path


@dataclass(frozen=True)
class Trained:
    """The outcome of a training; the model holds the last epoch's evaluated (averaged) weights.

    Attributes:
        rows: of all epochs, resumed ones included.
        stopped_early: whether `training.early_stopping` ended it.
    """

    rows: Sequence[EpochRow]
    stopped_early: bool


def likely_cause(config: TrainingConfig) -> str:
    """Why a loss is not finite, most of the time."""
    cause = f"a learning rate too high (training.learning_rate={config.learning_rate:g})"
    if config.clipnorm is None:
        cause += " without gradient clipping (training.clipnorm=null)"
    return cause


def _moving_statistics(vae: VAE) -> list[Any]:
    """What layers such as batch normalization track of what they see: averaged weights see other things than
    the ones that are trained."""
    return [own for own in vae.non_trainable_variables if keras.backend.is_float_dtype(own.dtype)]


class Trainer:
    """Trains a VAE.

    Args:
        vae: freshly built.
        splits: its training and validation images are used, never the test images.
        config: of the run.
        files: where to write; an existing state of the last epoch is gone on from.
        observers: told of every call into TensorFlow and every epoch.
        stop: checked between calls.
    """

    def __init__(
        self,
        vae: VAE,
        splits: Splits,
        config: RunConfig,
        files: TrainingFiles,
        observers: Sequence[Observer],
        stop: StopSignals,
    ) -> None:
        self._vae, self._splits, self._config, self._files = vae, splits, config.training, files
        self._observers, self._stop = observers, stop
        training = config.training
        self._steps_per_epoch = math.ceil(len(splits.train) / training.batch_size)
        vae.compile(
            optimizer=build_optimizer(training, self._steps_per_epoch),
            beta=training.beta,
            free_bits=training.free_bits,
            relocation=relocation_weight(training.relocation, vae.latent_dim),
            kl_warmup_steps=round(training.kl_warmup_epochs * self._steps_per_epoch),
            seed=training.seed,
            binarize=config.data.binarize == "dynamic",
            jit_compile=training.jit_compile,
        )
        vae.optimizer.build(vae.trainable_variables)
        self._average = WeightAverage([*vae.trainable_variables, *_moving_statistics(vae)], training.ema)
        self._loop = StepLoop(vae, self._average, splits.train.images, training.batch_size)
        self._scorer = Scorer(vae, config.evaluation.batch_size, config.evaluation.seed)

    @property
    def _state(self) -> list[Any]:
        return checkpoint.state_variables(self._vae, self._average.averages)

    def fit(self) -> Trained:
        """Trains until the last epoch, or until early stopping.

        Raises:
            RunFailedError: the loss became NaN or infinite, or a file could not be written.
            InterruptedRunError: a signal came; the last finished epoch is on disk.
        """
        self._files.last.parent.mkdir(parents=True, exist_ok=True)
        progress = (
            checkpoint.restore(self._files.last, self._state) if self._files.last.exists() else Progress()
        )
        rows = history.keep_through(self._files.history, progress.epoch)
        stopped_early = self._out_of_patience(progress)
        self._loop.trace()
        while not (stopped_early or self._is_last(progress)):
            row = self._epoch(progress.epoch + 1)
            rows.append(row)
            try:
                progress = self._write(row, progress)
            except OSError as error:
                raise RunFailedError(
                    f"epoch {row.epoch}: {error.filename or self._files.last}: {error.strerror or error}"
                ) from error
            stopped_early = self._out_of_patience(progress)
            for observer in self._observers:
                observer.on_epoch(row, last=stopped_early or self._is_last(progress))
        self._average.copy_to_weights()
        return Trained(rows, stopped_early)

    def _is_last(self, progress: Progress) -> bool:
        return progress.epoch >= self._config.epochs

    def _out_of_patience(self, progress: Progress) -> bool:
        patience = self._config.early_stopping
        return patience is not None and progress.epoch - progress.best_epoch >= patience

    def _epoch(self, epoch: int) -> EpochRow:
        order = epoch_order(self._config.seed, epoch, len(self._splits.train))
        per_call = self._config.steps_per_execution * self._config.batch_size
        started = time.perf_counter()
        sums = np.zeros(3, np.float64)  # objective, bce, kl, each summed over images
        images_done = 0
        for start in range(0, len(order), per_call):
            steps = self._loop.run(order[start : start + per_call])
            self._require_finite(steps, epoch, start // self._config.batch_size)
            weights = steps.images.astype(np.float64)
            sums += [
                float(weights @ steps.objective),
                float(np.sum(steps.bce, dtype=np.float64)),
                float(np.sum(steps.kl, dtype=np.float64)),
            ]
            images_done += int(steps.images.sum())
            for observer in self._observers:
                observer.on_steps(
                    Steps(epoch, images_done, len(order), sums[1] / images_done, sums[2] / images_done)
                )
            self._stop.check()
        seconds = time.perf_counter() - started
        objective, bce, kl = (float(value) for value in sums / images_done)
        with self._average.applied():
            score = self._scorer.score(self._splits.validation.images)
        if not math.isfinite(score.loss):
            raise RunFailedError(
                f"epoch {epoch}, validation after step {self._steps_per_epoch}: the loss is {score.loss}; "
                f"likely cause: {likely_cause(self._config)}"
            )
        self._stop.check()
        last_step = epoch * self._steps_per_epoch - 1
        return EpochRow(
            epoch=epoch,
            loss=bce + kl,
            bce=bce,
            kl=kl,
            objective=objective,
            val_loss=score.loss,
            val_bce=score.bce,
            val_kl=score.kl,
            kl_weight=float(self._vae.kl_weight(last_step)),
            learning_rate=self._learning_rate(last_step),
            seconds=seconds,
            images_per_second=images_done / seconds,
        )

    def _learning_rate(self, step: int) -> float:
        rate = learning_rate(self._config, self._steps_per_epoch)
        return float(rate) if isinstance(rate, float) else float(f"{float(rate(step)):.7g}")

    def _require_finite(self, steps: StepSums, epoch: int, first_step: int) -> None:
        finite = np.isfinite(steps.objective)
        if finite.all():
            return
        step = int(np.argmin(finite))
        values = {"BCE": steps.bce[step], "KL": steps.kl[step]}
        broken_values = " and ".join(
            f"{name} {value}" for name, value in values.items() if not np.isfinite(value)
        )
        advice = likely_cause(self._config)
        if values["KL"] == np.inf:
            advice = f"a posterior variance or mean that overflowed, after {advice}"
        raise RunFailedError(
            f"epoch {epoch}, step {first_step + step + 1} of {self._steps_per_epoch}: the loss is "
            f"{steps.objective[step]} ({broken_values or 'its sum overflowed'}); likely cause: {advice}"
        )

    def _write(self, row: EpochRow, before: Progress) -> Progress:
        """The row first, the state last: rows after the state's epoch are dropped when resumed."""
        history.append(self._files.history, row)
        progress = Progress(row.epoch, before.best_epoch, before.best_val_loss)
        if row.val_loss < before.best_val_loss:
            progress = Progress(row.epoch, row.epoch, row.val_loss)
            with self._average.applied():
                weights.save(self._files.best, self._vae)
        checkpoint.save(self._files.last, self._state, progress)
        return progress
