"""The samplers that `hydra/sweeper/optuna_study/sampler=NAME` offers: Optuna's own arguments and defaults."""

from __future__ import annotations

from typing import Any

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
