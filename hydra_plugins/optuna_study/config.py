"""The sweeper's configuration and its groups, `hydra/sweeper/optuna_study/sampler` and `.../pruner`.

Optuna's own argument names and defaults. Groups directly below `hydra/sweeper` would collide with those of
Hydra's official Optuna plugin where both are installed.
"""

# No `from __future__ import annotations`: Hydra runs this file before it is in `sys.modules`, where
# dataclasses look such annotations up.
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf


@dataclass
class OptunaStudyConf:
    """`hydra.sweeper`; `sweeps.settings` checks and explains it."""

    defaults: list[Any] = field(
        default_factory=lambda: [
            "_self_",
            # Optional, so that the sweeper refuses an option that there is not, in one line.
            {"optional optuna_study/sampler": "auto"},
            {"optional optuna_study/pruner": "none"},
            {"optuna_study/callbacks": "first_look"},
            # What is particular to a program, where its configuration has such a file.
            {"optional optuna_study": "program"},
        ]
    )
    _target_: str = "hydra_plugins.optuna_study.sweeper.OptunaStudySweeper"
    _recursive_: bool = False
    sampler: Any = None
    pruner: Any = None
    study_name: Any = None
    storage: Any = None
    direction: Any = "minimize"
    objective: Any = None
    params: Any = None
    conditions: Any = None
    custom_search_space: Any = None
    enqueue: Any = field(default_factory=list)
    enqueue_best: Any = None
    n_trials: Any = None
    timeout: Any = None
    target: Any = None
    max_failures: Any = 5
    retries: Any = 0
    trial_timeout: Any = None
    renew_after_trials: Any = None
    renew_after_growth: Any = None
    n_workers: Any = 1
    threads_per_worker: Any = None
    heartbeat_interval: Any = 15
    grace_period: Any = 60
    check: Any = None
    process_wide: Any = field(default_factory=list)
    ignore: Any = field(default_factory=list)
    threads_key: Any = None
    replicates: Any = 1
    seed_key: Any = None
    can_continue: Any = False
    promote: Any = None
    dry_run: Any = False


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
    node = OmegaConf.structured(OptunaStudyConf, flags={"struct": False})
    store.store(group="hydra/sweeper", name="optuna_study", node=node, provider="optuna_study")
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
