"""What stands between Hydra and the sweeper: a configuration of which Hydra could not make it."""

from __future__ import annotations

from typing import Any

from hydra.core.plugins import Plugins
from hydra.experimental.callback import Callback
from hydra.plugins.sweeper import Sweeper
from omegaconf import DictConfig


class FirstLook(Callback):
    """Refuses it in one line, with exit code 2. Hydra calls its callbacks before it makes the sweeper, and
    `SystemExit` is the one thing that it lets out of them; what it says itself are tracebacks."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Reads `hydra.sweeper`; what else may be wrong the sweeper sees."""
        from hydra_plugins.optuna_study.sweeper import OptunaStudySweeper
        from sweeps.errors import SweepError
        from sweeps.settings import settings_from
        from sweeps.terminal.console import hold
        from sweeps.terminal.refusal import refusing

        hold()
        with refusing():
            settings_from(config)
            names = [
                f"{kind.__module__}.{kind.__name__}"
                for kind in Plugins.instance().discover(Sweeper)
                if issubclass(kind, OptunaStudySweeper)
            ]
            target = config.hydra.sweeper.get("_target_")
            if target not in names:
                raise SweepError(f"hydra.sweeper._target_={target}: must be {' or '.join(names)}")
            if config.hydra.sweeper.get("_recursive_") is not False:
                raise SweepError(
                    "hydra.sweeper._recursive_: must be false: nothing in it is for Hydra to make"
                )
