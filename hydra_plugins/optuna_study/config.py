"""The sweeper's configuration and its groups, `hydra/sweeper/optuna_study/sampler` and `.../pruner`.

Optuna's own argument names and defaults. Groups directly below `hydra/sweeper` would collide with those of
Hydra's official Optuna plugin where both are installed.
"""

from __future__ import annotations

from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

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


SAMPLERS: dict[str, dict[str, Any]] = {
    "auto": {"_target_": "auto", "seed": 0},
    "grid": {"_target_": "grid"},
    "tpe": {
        "_target_": "optuna.samplers.TPESampler",
        "seed": 0,
        "n_startup_trials": 10,
        "n_ei_candidates": 24,
        "multivariate": None,
        "constant_liar": True,
    },
    "random": {"_target_": "optuna.samplers.RandomSampler", "seed": 0},
    "qmc": {"_target_": "optuna.samplers.QMCSampler", "seed": 0, "qmc_type": "sobol", "scramble": False},
    "gp": {"_target_": "optuna.samplers.GPSampler", "seed": 0, "n_startup_trials": 10},
    "cmaes": {"_target_": "optuna.samplers.CmaEsSampler", "seed": 0, "n_startup_trials": 1},
    "nsgaii": {"_target_": "optuna.samplers.NSGAIISampler", "seed": 0, "population_size": 50},
}

_MEDIAN = {
    "_target_": "optuna.pruners.MedianPruner",
    "n_startup_trials": 5,
    "n_warmup_steps": 0,
    "interval_steps": 1,
    "n_min_trials": 1,
}

PRUNERS: dict[str, dict[str, Any]] = {
    "none": {"_target_": "optuna.pruners.NopPruner"},
    "median": _MEDIAN,
    "percentile": {**_MEDIAN, "_target_": "optuna.pruners.PercentilePruner", "percentile": 25.0},
    "hyperband": {
        "_target_": "optuna.pruners.HyperbandPruner",
        "min_resource": 1,
        "max_resource": "auto",
        "reduction_factor": 3,
        "bootstrap_count": 0,
    },
    "successive_halving": {
        "_target_": "optuna.pruners.SuccessiveHalvingPruner",
        "min_resource": "auto",
        "reduction_factor": 4,
        "min_early_stopping_rate": 0,
        "bootstrap_count": 0,
    },
    "patient": {
        "_target_": "optuna.pruners.PatientPruner",
        "wrapped_pruner": _MEDIAN,
        "patience": 3,
        "min_delta": 0.0,
    },
    "threshold": {
        "_target_": "optuna.pruners.ThresholdPruner",
        "lower": None,
        "upper": None,
        "n_warmup_steps": 0,
        "interval_steps": 1,
    },
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
