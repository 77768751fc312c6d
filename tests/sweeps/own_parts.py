"""Parts of a user's own that a command may name."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import optuna
from omegaconf import DictConfig
from optuna.trial import FrozenTrial, Trial, TrialState


class OwnSampler(optuna.samplers.RandomSampler):
    """Counts on what only a real job gives: a rehearsal in memory would break it."""

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        assert "sweeps:job" in trial.user_attrs


class OwnPruner(optuna.pruners.BasePruner):
    """Stops nothing."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        return "sweeps:job" not in trial.user_attrs


def constraint(trial: FrozenTrial) -> Sequence[float]:
    """Known of a job's own number, which a rehearsed trial has not."""
    return [float(trial.user_attrs["sweeps:job"]["pid"] < 0)]


def suggest(cfg: DictConfig, trial: Trial, upper: float = 1.0, *rest: object) -> None:
    trial.suggest_float("momentum", cfg.momentum, upper)


def _check(least: float, cfg: DictConfig) -> None:
    if cfg.x < least:
        raise ValueError(f"x={cfg.x}: must be at least {least}")


check = functools.partial(_check, 0)


class _Checking:
    def __call__(self, cfg: DictConfig) -> None:
        _check(0, cfg)


checking = _Checking()
