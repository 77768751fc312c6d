"""What one sweep override stands for, as Optuna's distribution, and what none can be made of."""

from __future__ import annotations

import signal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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


@settings(max_examples=60, deadline=None)
@given(start=st.integers(-30, 30), stop=st.integers(-30, 30), step=st.integers(-7, 7).filter(bool))
def test_a_range_of_whole_numbers_is_pythons_range(start: int, stop: int, step: int) -> None:
    argument, wanted = f"x=range({start},{stop},{step})", range(start, stop, step)
    if not wanted:
        with pytest.raises(SweepError, match="the range is empty"):
            parameter_of(argument)
        return
    parameter = parameter_of(argument)
    assert parameter.values == tuple(wanted)
    assert all(parameter.distribution._contains(parameter.distribution.to_internal_repr(v)) for v in wanted)


@given(start=st.integers(-30, 30), number=st.integers(2, 15), places=st.integers(1, 4))
def test_a_range_of_decimals_has_the_values_that_people_mean(start: int, number: int, places: int) -> None:
    step = Decimal(1).scaleb(-places)
    values = [index * step for index in range(start, start + number)]
    parameter = parameter_of(f"x=range({values[0]:f},{values[-1] + step / 2:f},{step:f})")
    assert parameter.values == tuple(map(float, values))


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("x=range(0,100001)", "more than 100,000 values; interval() has no such limit"),
        ("x=int(interval(0,9007199254740994))", "whole numbers must lie between -2^53 and 2^53"),
        ("x=range(-9007199254740993,-9007199254740990)", "whole numbers must lie between -2^53 and 2^53"),
        ("x=interval(-1e308,1e308)", "the interval is too wide"),
    ],
)
def test_what_optuna_could_not_hold_is_refused(argument: str, said: str) -> None:
    with pytest.raises(SweepError) as refused:
        parameter_of(argument)
    assert str(refused.value).startswith(f"{argument}: ")
    assert said in str(refused.value)


def test_what_optuna_takes_for_one_category_stays_apart() -> None:
    distribution = parameter_of("x=1,1.0,true").distribution
    assert isinstance(distribution, CategoricalDistribution)
    assert len(set(distribution.choices)) == 3
