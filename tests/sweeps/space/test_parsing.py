"""From a command line and `hydra.sweeper.params` to a search space, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.errors import SweepError
from tests.sweeps.parts import space_of, value_of


@pytest.mark.parametrize(("argument", "said"), [("x=1,", "mismatched input"), ("x=frob(1)", "x=frob(1)")])
def test_what_hydras_grammar_does_not_know_is_refused_in_one_line_that_shows_it(
    argument: str, said: str
) -> None:
    with pytest.raises(SweepError) as refused:
        space_of(argument)
    assert str(refused.value).startswith(argument)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"z": {"x": 1}}, "hydra.sweeper.conditions.z: is no parameter of the search (x, y)"),
        ({"y": {"z": 1}}, "hydra.sweeper.conditions.y: z is no parameter of the search (x, y)"),
        ({"y": {"x": 3}}, "hydra.sweeper.conditions.y: x=3 is not in the search space"),
        ({"y": {"x": [1, None]}}, "hydra.sweeper.conditions.y: x=null is not in the search space"),
        ({"y": {"x": True}}, "hydra.sweeper.conditions.y: x=true is not in the search space"),
        ({"y": {"x": []}}, "hydra.sweeper.conditions.y: x"),
        ({"y": "x"}, "hydra.sweeper.conditions.y=x: must map"),
        ({"y": {}}, "hydra.sweeper.conditions.y={}: must map"),
        ({"y": None}, "hydra.sweeper.conditions.y="),
        ({"x": {"x": 1}}, "hydra.sweeper.conditions: x depend"),
        ({"x": {"y": 3}, "y": {"x": 1}}, "hydra.sweeper.conditions: x, y depend on each other in a circle"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(conditions: dict[str, Any], said: str) -> None:
    with pytest.raises(SweepError) as refused:
        space_of("x=1,2", "y=3,4", conditions=conditions)
    assert str(refused.value).startswith(said)


def test_conditions_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SweepError, match="hydra.sweeper.conditions.z"):
        space_of("x=1,2", "y=3,4", "z=5,6", conditions={"y": {"x": 1}, "z": {"y": 3, "x": 2}})


@pytest.mark.parametrize("value", [1, True])
def test_a_condition_tells_apart_what_the_parameter_tells_apart(value: object) -> None:
    space = space_of("x=1,true", "y=3,4", conditions={"y": {"x": value}})
    with_y = [space.overrides(values)[0] for values in space.combinations() if "y" in values]
    assert [value_of(override) for override in with_y] == [value, value]
    assert all(type(value_of(override)) is type(value) for override in with_y)


def test_a_condition_may_name_a_list() -> None:
    space = space_of("x=[1,2],[3]", "y=3,4", conditions={"y": {"x": [[1, 2]]}})
    assert [values["x"] for values in space.combinations() if "y" in values] == ["[1,2]"] * 2


@pytest.mark.parametrize("prefix", ["", "+", "++"])
@pytest.mark.parametrize("before", ["", "+", "++"])
def test_an_argument_replaces_the_entry_of_its_key(prefix: str, before: str) -> None:
    params = {f"{before}x": "1,2", "y": "7,8"}
    space = space_of(f"{prefix}x=3,4", params=params)
    assert {p.name: p.values for p in space.parameters} == {"x": (3, 4), "y": (7, 8)}
    assert space.overrides(space.first()) == ["y=7", f"{prefix}x=3"]
    fixed = space_of(f"{prefix}x=5", params=params)
    assert [p.name for p in fixed.parameters] == ["y"]
    assert fixed.fixed == (f"{prefix}x=5",)
    assert [p.name for p in space_of("~x", params=params).parameters] == ["y"]


@pytest.mark.parametrize(
    ("arguments", "values"),
    [(("x=1,2", "x=3,4"), (3, 4)), (("x=5", "x=1,2"), (1, 2)), (("x=1,2", "x=5"), ())],
)
def test_of_two_arguments_of_a_key_the_last_counts(
    arguments: tuple[str, ...], values: tuple[int, ...]
) -> None:
    space = space_of(*arguments)
    swept = [override for combination in space.combinations() for override in space.overrides(combination)]
    assert [value_of(override) for override in swept] == list(values)


def test_yaml_values_are_what_they_are_in_yaml() -> None:
    params = {
        "a": True,
        "b": None,
        "c": 1e-5,
        "d": [1, 2.5],
        "e": "",
        "f": "choice(1,2)",
        "+g": "interval(0,1)",
    }
    space = space_of(params=params)
    assert [value_of(line) for line in space.fixed] == [True, None, 1e-5, [1, 2.5], ""]
    assert [parameter.key for parameter in space.parameters] == ["f", "+g"]
