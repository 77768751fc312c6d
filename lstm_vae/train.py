"""`python -m lstm_vae.train`: one run, or many with `--multirun`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

import sweeps
from lstm_vae.command import exits
from lstm_vae.config.defaults import CONF_DIR
from lstm_vae.config.schemas import register_schemas, run_config_from
from lstm_vae.errors import InterruptedRunError, PrunedRunError

if TYPE_CHECKING:
    from lstm_vae.tracking.tracker import Trial
    from lstm_vae.training.history import EpochRow
    from lstm_vae.training.observer import Steps

register_schemas()


class _Reporting:
    """Tells the sweep, where there is one, how far the run is, and the validation loss of every epoch; it may
    stop the run, but for the last epoch, after which a run is finished and not stopped."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs

    def on_steps(self, steps: Steps) -> None:
        sweeps.progress(steps.epoch - 1 + steps.images / steps.of, self._epochs)

    def catch_up(self, rows: Sequence[EpochRow]) -> None:
        # A storage that was away may lack the last one. The next decides whether the trial is stopped.
        for row in rows:
            sweeps.report(row.val_loss, row.epoch, last=True)

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        try:
            sweeps.report(row.val_loss, row.epoch, last=last)
        except sweeps.TrialPruned as pruned:
            raise PrunedRunError(str(pruned)) from pruned


@hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name="config")
def train(cfg: DictConfig) -> float:
    """Runs one job and returns its objective: validation BCE + KL, nats per image."""
    if HydraConfig.get().mode == RunMode.RUN:
        with exits.exit_codes():
            return _train(cfg, alone=True)
    try:
        return _train(cfg, alone=False)
    except InterruptedRunError as error:
        # To a sweeper, any other exception would be a job that failed.
        raise SystemExit(128 + error.signum) from None
    except PrunedRunError as error:
        raise sweeps.TrialPruned(str(error)) from None


def _train(cfg: DictConfig, alone: bool) -> float:
    config = run_config_from(cfg)
    if not alone and config.training.progress == "auto":
        config = config.replace(training__progress="none")  # the sweeper says how its trials go
    from lstm_vae.command import summary
    from lstm_vae.run import execution

    settings = HydraConfig.get()
    folder = Path(settings.runtime.output_dir)
    objective = execution.execute(
        config,
        folder,
        list(settings.overrides.task),
        [_Reporting(config.training.epochs)],
        sweeps.continued_from(),
        _trial(),
    )
    if alone:
        summary.print_summary(folder)
    return objective


def _trial() -> Trial | None:
    from lstm_vae.tracking.tracker import Trial

    current = sweeps.current_trial()
    return Trial(current.study, current.folder, current.number) if current is not None else None


def main() -> None:
    """The command line's."""
    exits.require_known_flags()
    train()


if __name__ == "__main__":
    exits.run(main)
