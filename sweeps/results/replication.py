"""Replicates: the same combination with different seeds, since differences between models are often smaller
than what a seed makes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from omegaconf import DictConfig, OmegaConf

from sweeps.errors import SweepError
from sweeps.settings import Settings


def first_seed(config: DictConfig, settings: Settings) -> int:
    """The seed of a combination's first replicate, as its configuration has it.

    Raises:
        SweepError: the configuration has no such field, or no whole number in it.
    """
    seed = OmegaConf.select(config, str(settings.seed_key))
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise SweepError(f"hydra.sweeper.seed_key={settings.seed_key}: must name a field with a whole number")
    return seed


def replicate_overrides(overrides: Sequence[str], seed: int, settings: Settings) -> list[list[str]]:
    """The overrides of each replicate: seeds count up from the first one's."""
    return [[*overrides, f"{settings.seed_key}={seed + index}"] for index in range(settings.replicates)]


def mean_of(values: Sequence[float]) -> float:
    """The mean of finite numbers, which is finite, however large they are."""
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return statistics.mean(values)  # by exact fractions
