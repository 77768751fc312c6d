"""What a study of a schedule is, and how its sweeps are launched."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any, Literal

from sweeps.settings import Settings
from sweeps.space import Space
from tests.sweeps.parts import master_of, settings_of, space_of

Kind = Literal["grid", "finite", "interval"]

GRACE, INTERVAL = 60.0, 15.0
SAMPLER = {"_target_": "optuna.samplers.RandomSampler", "seed": 0}
HALVING = {
    "_target_": "optuna.pruners.SuccessiveHalvingPruner",
    "min_resource": 1,
    "reduction_factor": 2,
    "min_early_stopping_rate": 0,
}


@dataclass(frozen=True)
class Rules:
    """What a study is, and how its sweeps are launched.

    Attributes:
        kind: every combination of four is enqueued; the four are drawn by a sampler; or it has two intervals.
        halving: successive halving, with promotion.
        continues: the program goes on where a job was cut off.
        n_trials: the budget; None for the whole grid.
        retries: of trials that raised.
        max_failures: that are borne.
        n_workers: a sweep's.
        dies_together: a launcher whose workers all die with one, as joblib's do.
        detached: a launcher whose workers go on without their sweep, as submitit's do.
        journal: the storage is a file; else memory.
        machines: 2 share only the storage.
    """

    kind: Kind
    halving: bool
    continues: bool
    n_trials: int | None
    retries: int
    max_failures: int | None
    n_workers: int
    dies_together: bool
    detached: bool
    journal: bool
    machines: int

    @property
    def grid(self) -> bool:
        return self.kind == "grid"

    @property
    def size(self) -> int | None:
        """Combinations, each of which a sampler draws once."""
        return self.space.size if self.kind == "finite" else None

    @property
    def settings(self) -> Settings:
        return replace(
            _plain_settings(),
            n_trials=self.n_trials,
            retries=self.retries,
            max_failures=self.max_failures,
            n_workers=self.n_workers,
            sampler=SAMPLER,
            pruner=HALVING if self.halving else {"_target_": "optuna.pruners.NopPruner"},
            promote=self.halving,
            can_continue=self.continues,
            grace_period=GRACE,
            heartbeat_interval=INTERVAL,
        )

    @property
    def space(self) -> Space:
        return space(self.kind)


@functools.cache
def _plain_settings() -> Settings:
    return settings_of()


@functools.cache
def space(kind: Kind) -> Space:
    if kind == "interval":
        return space_of("x=interval(0,1)", "y=interval(0,1)")
    return space_of("x=1,2", "y=1,2")


@functools.cache
def master() -> Any:
    return master_of()
