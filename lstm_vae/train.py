"""`python -m lstm_vae.train`: one run, or many with `--multirun`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from lstm_vae import cli
from lstm_vae.config import CONF_DIR, register_schemas, run_config_from

register_schemas()


@hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name="config")
def train(cfg: DictConfig) -> float:
    """Runs one job and returns its objective: validation BCE + KL, nats per image."""
    settings = HydraConfig.get()
    # A single run ends here with its exit code; in a multirun the sweeper wants the exception.
    single = settings.mode == RunMode.RUN
    with cli.exit_codes() if single else nullcontext():
        config = run_config_from(cfg)
        from lstm_vae import report, run

        folder = Path(settings.runtime.output_dir)
        objective = run.execute(config, folder, list(settings.overrides.task))
        report.print_summary(folder)
        return objective


if __name__ == "__main__":
    cli.run(train)
