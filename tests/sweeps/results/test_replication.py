"""The seeds of replicates, and their means."""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeps.errors import SweepError
from sweeps.results.replication import first_seeds, mean_of, replicate_overrides
from tests.sweeps.parts import settings_of

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, max_size=5))
def test_the_mean_of_finite_numbers_is_finite_and_among_them(values: list[float]) -> None:
    mean = mean_of(values)
    assert math.isfinite(mean)
    slack = 1e-12 * max(map(abs, values)) + 5e-324
    assert min(values) - slack <= mean <= max(values) + slack


def test_large_numbers_do_not_overflow() -> None:
    assert mean_of([1e308, 1e308, 1e308]) == 1e308
    largest = sys.float_info.max
    for number in range(1, 40):
        assert mean_of([largest] * number) == pytest.approx(largest, rel=1e-15)
        assert mean_of([-largest] * number) == pytest.approx(-largest, rel=1e-15)
    assert mean_of([1.0, 2.0, 6.0]) == 3.0


def test_seeds_count_up_each_from_its_own() -> None:
    settings = settings_of("hydra.sweeper.replicates=3", "hydra.sweeper.seed_key=[training.seed,split]")
    seeds = first_seeds(OmegaConf.create({"training": {"seed": 4}, "split": 9}), settings)
    assert seeds == {"training.seed": 4, "split": 9}
    assert replicate_overrides(["x=1"], seeds, settings) == [
        ["x=1", "training.seed=4", "split=9"],
        ["x=1", "training.seed=5", "split=10"],
        ["x=1", "training.seed=6", "split=11"],
    ]


@pytest.mark.parametrize("split", [True, 1.5, "9", None])
def test_every_seed_must_be_a_whole_number(split: object) -> None:
    settings = settings_of("hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=[seed,split]")
    with pytest.raises(SweepError, match="hydra.sweeper.seed_key=split: must name a field"):
        first_seeds(OmegaConf.create({"seed": 1, "split": split}), settings)
