"""Functions that a command may name and that cannot be what it names them for."""

from __future__ import annotations

import sys
from typing import Any

from omegaconf import DictConfig
from optuna.trial import Trial


def without_arguments() -> None:
    """Takes nothing."""


def with_three(cfg: DictConfig, trial: Trial, more: int) -> None:
    """Takes one too many."""


def any_number(*arguments: Any) -> None:
    """Takes whatever it is given, as `subprocess.run` does."""


def raising(cfg: DictConfig, trial: Trial) -> None:
    raise KeyError("x")


def leaving(cfg: DictConfig, trial: Trial) -> None:
    sys.exit(0)


def suggesting_an_empty_interval(cfg: DictConfig, trial: Trial) -> None:
    trial.suggest_float("y", 2, 1)


def suggesting_an_unknown_key(cfg: DictConfig, trial: Trial) -> None:
    trial.suggest_float("nosuchkey", 1, 2)


def suggesting_no_override(cfg: DictConfig, trial: Trial) -> None:
    trial.suggest_float("a b", 1, 2)


def suggesting_hydras(cfg: DictConfig, trial: Trial) -> None:
    trial.suggest_categorical("hydra.sweep.dir", ["elsewhere"])


def suggesting_a_name_twice(cfg: DictConfig, trial: Trial) -> None:
    for values in (["a", "b"], ["c"]):
        trial.suggest_categorical("+kind", values)


def suggesting_nothing(cfg: DictConfig, trial: Trial) -> None:
    """Suggests no parameter, which is no mistake by itself."""


def refusing(cfg: DictConfig) -> None:
    raise ValueError("this cannot run")


def mistaken(cfg: DictConfig) -> None:
    cfg.nosuch.deep()


def leaving_one(cfg: DictConfig) -> None:
    sys.exit(0)
