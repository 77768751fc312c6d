"""`hydra/sweeper=optuna_study`."""

from __future__ import annotations

from typing import Any

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from hydra_plugins.optuna_study.config import register_configs

register_configs()


class OptunaStudySweeper(Sweeper):
    """Sweeps by workers that ask an Optuna study for their trials; see `sweeps.sweeper`."""

    def __init__(self, **settings: Any) -> None:
        """Takes the fields of `hydra.sweeper`, which are read from the configuration itself."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config

    def sweep(self, arguments: list[str]) -> Any:
        from sweeps.sweeper import run_sweep
        from sweeps.terminal.console import hold

        hold()
        assert self.config is not None
        assert self.hydra_context is not None
        return run_sweep(self.hydra_context, self.task_function, self.config, arguments)
