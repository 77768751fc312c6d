"""Replicates: the same combination with different seeds, since differences between models are often smaller
than what a seed makes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from omegaconf import DictConfig, OmegaConf

from sweeps.errors import SweepError
from sweeps.settings import Settings


def first_seeds(config: DictConfig, settings: Settings) -> dict[str, int]:
    """The seeds of a combination's first replicate, as its configuration has them, by their fields.

    Raises:
        SweepError: the configuration has no such field, or no whole number in it.
    """
    seeds = {}
    for key in settings.seed_keys or ():
        seed = OmegaConf.select(config, key)
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise SweepError(f"hydra.sweeper.seed_key={key}: must name a field with a whole number")
        seeds[key] = seed
    return seeds


def replicate_overrides(
    overrides: Sequence[str], seeds: Mapping[str, int], settings: Settings
) -> list[list[str]]:
    """The overrides of each replicate: seeds count up from the first one's."""
    return [[*overrides, *seed_overrides(seeds, index)] for index in range(settings.replicates)]


def seed_overrides(seeds: Mapping[str, int], index: int) -> list[str]:
    """What sets the seeds of a replicate.

    Args:
        seeds: of the first one.
    """
    return [f"{key}={seed + index}" for key, seed in seeds.items()]


def mean_of(values: Sequence[float]) -> float:
    """The mean of finite numbers, which is finite, however large they are."""
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return statistics.mean(values)  # by exact fractions
