"""The sweeper's configuration and its groups, `hydra/sweeper/optuna_study/sampler` and `.../pruner`.

Groups directly below `hydra/sweeper` would collide with those of Hydra's official Optuna plugin where both
are installed.
"""

from __future__ import annotations

from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from hydra_plugins.optuna_study.pruners import PRUNERS
from hydra_plugins.optuna_study.samplers import SAMPLERS
from sweeps.settings import defaults

# `hydra.sweeper`; `sweeps.settings` has its fields, checks and explains them.
SWEEPER: dict[str, Any] = {
    "defaults": [
        "_self_",
        # Optional, so that the sweeper refuses an option that there is not, in one line.
        {"optional optuna_study/sampler": "auto"},
        {"optional optuna_study/pruner": "none"},
        {"optuna_study/callbacks": "first_look"},
        # What is particular to a program, where its configuration has such a file.
        {"optional optuna_study": "program"},
    ],
    "_target_": "hydra_plugins.optuna_study.sweeper.OptunaStudySweeper",
    "_recursive_": False,
    **defaults(),
}

# One of the program's callbacks: Hydra calls them before it makes the sweeper.
FIRST_LOOK = {"optuna_study": {"_target_": "hydra_plugins.optuna_study.first_look.FirstLook"}}


def register_configs() -> None:
    """Makes the sweeper and its groups known to Hydra."""
    store = ConfigStore.instance()
    # Open, so that the sweeper refuses a field that there is not, in one line; Hydra would take five.
    sweeper = OmegaConf.create(SWEEPER, flags={"struct": False})
    store.store(group="hydra/sweeper", name="optuna_study", node=sweeper, provider="optuna_study")
    store.store(
        group="hydra/sweeper/optuna_study/callbacks",
        name="first_look",
        node=FIRST_LOOK,
        package="hydra.callbacks",
        provider="optuna_study",
    )
    for group, options in (("sampler", SAMPLERS), ("pruner", PRUNERS)):
        for name, node in options.items():
            store.store(
                group=f"hydra/sweeper/optuna_study/{group}",
                name=name,
                node=node,
                package=f"hydra.sweeper.{group}",
                provider="optuna_study",
            )
