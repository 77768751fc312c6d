"""Every way to write a search space, and every way to write it wrongly."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from sweeps.errors import SweepError
from tests.sweeps.parts import parameter_of, space_of, value_of


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("x=1,2", [1, 2]),
        ("x=1.5,2", [1.5, 2]),
        ("x=choice(3,1,2)", [3, 1, 2]),
        ("x=sort(3,1,2)", [1, 2, 3]),
        ("x=1e5,1e-7", [1e5, 1e-7]),
        ("x=true,false", [True, False]),
        ("x=1,true", [1, True]),
        ("x=0,false", [0, False]),
        ("x=1,1.0", [1, 1.0]),
        ("x=null,1,true,a", [None, 1, True, "a"]),
        ("x=null,'null'", [None, "null"]),
        ("x=1,'1'", [1, "1"]),
        ("x=true,'true'", [True, "true"]),
        ("x='a b','c,d'", ["a b", "c,d"]),
        ("x=choice('a b','c,d')", ["a b", "c,d"]),
        ("x=choice('1',1)", ["1", 1]),
        ("x=choice('null','true')", ["null", "true"]),
        ('x=choice("it\'s",b)', ["it's", "b"]),
        ("x='',a", ["", "a"]),
        ("x=str(1,2)", ["1", "2"]),
        ("x=int(1.5,2.5)", [1, 2]),
        ("x=[1,2],[3]", [[1, 2], [3]]),
        ("x=[a,'b c'],[true,null]", [["a", "b c"], [True, None]]),
        ("x=choice(['1'],[1])", [["1"], [1]]),
        ("x={a:1},{a:2}", [{"a": 1}, {"a": 2}]),
        ("x=range(0,5)", [0, 1, 2, 3, 4]),
        ("x=range(3)", [0, 1, 2]),
        ("x=range(1,8,3)", [1, 4, 7]),
        ("x=range(5,0,-2)", [5, 3, 1]),
        ("x=range(1,0,-0.25)", [1.0, 0.75, 0.5, 0.25]),
        ("x=range(0,1,0.5)", [0.0, 0.5]),
        ("x=float(range(0,3))", [0.0, 1.0, 2.0]),
        ("x=range(1,2)", [1]),
        ("x=tag(log,range(1,5))", [1, 2, 3, 4]),
        ("shape=glob(*)", ["round", "wide"]),
        ("shape=glob(*,exclude=w*)", ["round"]),
        ("+shape@other=round,wide", ["round", "wide"]),
    ],
)
def test_a_finite_sweep_stands_for_its_values(argument: str, values: list[Any]) -> None:
    parameter = parameter_of(argument)
    assert parameter.values is not None
    read = [value_of(parameter.override(value)) for value in parameter.values]
    assert [(type(value), value) for value in read] == [(type(value), value) for value in values]


@pytest.mark.parametrize(
    ("argument", "distribution"),
    [
        ("x=interval(0,1)", FloatDistribution(0, 1)),
        ("x=tag(log,interval(1e-5,1))", FloatDistribution(1e-5, 1, log=True)),
        ("x=int(interval(1,10))", IntDistribution(1, 10)),
        ("x=tag(log,int(interval(1,9)))", IntDistribution(1, 9, log=True)),
        ("x=int(tag(log,interval(1,9)))", IntDistribution(1, 9, log=True)),
        ("x=range(0,10,3)", IntDistribution(0, 9, step=3)),
        ("x=range(5,0,-2)", IntDistribution(1, 5, step=2)),
        ("x=tag(log,range(1,5))", IntDistribution(1, 4, log=True)),
        ("x=range(0,1,0.25)", FloatDistribution(0, 0.75, step=0.25)),
        ("x=range(-0.3,0.31,0.1)", FloatDistribution(-0.3, 0.3, step=0.1)),
        ("x=a,b", CategoricalDistribution(("a", "b"))),
        ("x=null,1", CategoricalDistribution((None, 1))),
    ],
)
def test_a_sweep_is_drawn_from_the_distribution_it_means(
    argument: str, distribution: BaseDistribution
) -> None:
    assert parameter_of(argument).distribution == distribution


def test_a_shuffled_sweep_has_all_values_in_the_same_order_each_time() -> None:
    first, second = (parameter_of("x=shuffle(1,2,3,4,5,6)") for _ in range(2))
    assert first == second
    assert sorted(first.values or ()) == [1, 2, 3, 4, 5, 6]  # type: ignore[type-var]
    assert first.values != (1, 2, 3, 4, 5, 6)
    assert sorted(parameter_of("x=shuffle(range(0,4))").values or ()) == [0, 1, 2, 3]  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("x=interval(1,1)", "the interval is empty"),
        ("x=interval(2,1)", "the interval is empty"),
        ("x=interval(0,inf)", "interval"),
        ("x=interval(nan,1)", "interval"),
        ("x=int(interval(0.2,0.8))", "the interval is empty"),
        ("x=range(0,0)", "the range is empty"),
        ("x=range(3,1)", "the range is empty"),
        ("x=range(0,3,0)", "the step must not be 0"),
        ("x=range(0.,1.,0.)", "the step must not be 0"),
        ("x=tag(log,interval(0,1))", "above 0"),
        ("x=tag(log,interval(-1,1))", "above 0"),
        ("x=tag(log,range(0,5))", "above 0"),
        ("x=tag(log,range(1,9,2))", "step 1"),
        ("x=tag(log,range(1,2,.5))", "whole numbers"),
        ("x=tag(log,choice(1,2))", "not for a choice"),
        ("x=tag(lag,interval(1,2))", "unknown tag lag"),
        ("x=tag(log,lag,interval(1,2))", "unknown tag lag"),
        ("x=1,2,1", "1 stands there twice"),
        ("x=a,b,a", "a stands there twice"),
        ("x='a',a", "stands there twice"),
        ("x=[1],[1]", "[1] stands there twice"),
        ("x=1,1.0,1", "1 stands there twice"),
        ("shape=glob(z*)", "no option matches"),
        ("nothing=glob(*)", "no option matches"),
        ("x=1,", "mismatched input"),
        ("x=frob(1)", "x=frob(1)"),
    ],
)
def test_a_malformed_sweep_is_refused_in_one_line_that_shows_it(argument: str, said: str) -> None:
    with pytest.raises(SweepError) as refused:
        space_of(argument)
    assert str(refused.value).startswith(argument)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("argument", ["x=range(0,nan)", "x=range(nan,1)", "x=range(0,1,nan)"])
def test_a_range_of_no_numbers_is_refused(argument: str) -> None:
    with pytest.raises(SweepError, match="x=range"):
        space_of(argument)


def test_an_endless_range_is_refused_and_not_listed() -> None:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(2)
    try:
        with pytest.raises(SweepError, match="x=range"):
            space_of("x=range(0,inf)")
    except KeyboardInterrupt:
        pytest.fail("x=range(0,inf) is listed without end")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


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
