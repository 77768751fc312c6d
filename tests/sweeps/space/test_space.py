"""Whole search spaces: their combinations, samples and draws."""

from __future__ import annotations

import itertools
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.samplers import RandomSampler

from sweeps.errors import SweepError
from sweeps.settings.functions import load_function
from sweeps.space import Space
from tests.sweeps.parts import master_of, space_of, value_of

Combination = dict[str, Any]


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Finite spaces with conditions in no circle, their parameters in any order."""
    sizes = draw(st.lists(st.integers(2, 3), min_size=1, max_size=5))
    conditions: dict[str, Any] = {}
    for index in range(1, len(sizes)):
        others = draw(st.sets(st.integers(0, index - 1), max_size=2))
        if others:
            conditions[f"p{index}"] = {
                f"p{other}": draw(
                    st.lists(st.integers(0, sizes[other] - 1), min_size=1, max_size=2, unique=True)
                )
                for other in sorted(others)
            }
    arguments = [f"p{index}=" + ",".join(map(str, range(size))) for index, size in enumerate(sizes)]
    try:
        return space_of(*draw(st.permutations(arguments)), conditions=conditions)
    except SweepError:  # its conditions contradict each other
        return space_of("p0=0,1")


def brute_force(space: Space) -> list[Combination]:
    """Every combination of all values, each without the parameters that do not exist in it."""
    names = [parameter.name for parameter in space.parameters]
    found: list[Combination] = []
    for row in itertools.product(*(parameter.values or () for parameter in space.parameters)):
        combination = dict(zip(names, row, strict=True))
        while lost := [
            p.name for p in space.parameters if p.name in combination and not p.exists(combination)
        ]:
            del combination[lost[0]]
        if combination not in found:
            found.append(combination)
    return found


@settings(max_examples=80, deadline=None)
@given(spaces())
def test_the_combinations_are_those_of_brute_force_each_once(space: Space) -> None:
    assert list(space.combinations()) == brute_force(space)
    assert len(brute_force(space)) <= space.size_bound
    assert space.first() == brute_force(space)[0]


@settings(max_examples=80, deadline=None)
@given(spaces())
def test_the_samples_have_every_value_in_a_combination_that_exists(space: Space) -> None:
    combinations = brute_force(space)
    samples = [(parameter.name, values) for parameter, values in space.samples()]
    assert all(values in combinations for _, values in samples)
    possible = {item for combination in combinations for item in combination.items()}
    assert {(name, values[name]) for name, values in samples if name in values} == possible


def test_a_sample_satisfies_conditions_that_share_a_parameter() -> None:
    space = space_of(
        "a=1,2,3", "b=0,1", "d=0,1", "c=5,6",
        conditions={"b": {"a": [1, 2]}, "d": {"a": [2, 3]}, "c": {"b": 0, "d": 0}},
    )  # fmt: skip
    assert [values.get("c") for parameter, values in space.samples() if parameter.name == "c"] == [5, 6]


@settings(max_examples=40, deadline=None)
@given(spaces(), st.integers(0, 1000))
def test_a_draw_is_one_of_the_combinations(space: Space, seed: int) -> None:
    trial = optuna.create_study(sampler=RandomSampler(seed=seed)).ask()
    values = space.suggest(trial, master_of_nothing)
    assert values == trial.params
    assert values in list(space.combinations())
    assert {line.split("=")[0]: value_of(line) for line in space.overrides(values)} == values


def test_an_interval_makes_a_space_endless_and_is_sampled_at_its_ends() -> None:
    space = space_of("x=interval(0,1)", "y=1,2", conditions={"x": {"y": 2}})
    assert not space.finite
    assert [values for parameter, values in space.samples() if parameter.name == "x"] == [
        {"y": 2, "x": 0.0},
        {"y": 2, "x": 1.0},
    ]
    assert space.first() == {"y": 1}


def test_a_function_suggests_further_parameters() -> None:
    space = space_of("y=1,2", function=f"{__name__}.suggest_more")
    assert not space.finite
    trial = optuna.create_study(sampler=RandomSampler(seed=0)).ask()
    values = space.suggest(trial, master_of())
    assert 2 <= values.pop("momentum") <= 3  # type: ignore[operator]
    assert values == {"y": trial.params["y"]}
    assert space.overrides({"y": 1, "momentum": 0.1 + 0.2}) == ["y=1", "momentum=0.30000000000000004"]
    assert space.described() == {"y": "1, 2", "custom_search_space": f"{__name__}.suggest_more"}


def suggest_more(cfg: Any, trial: optuna.Trial) -> None:
    trial.suggest_float("momentum", cfg.y, cfg.y + 1)


@pytest.mark.parametrize(
    "path", ["nothing", "no.such.module", f"{__name__}.nothing", f"{__name__}.Combination_"]
)
def test_a_function_that_cannot_be_imported_is_refused(path: str) -> None:
    with pytest.raises(SweepError, match=f"^field={path}: cannot be imported"):
        load_function(path, "field")


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(SweepError, match=r"^field=math.pi: must be a function"):
        load_function("math.pi", "field")


master_of_nothing = master_of()
