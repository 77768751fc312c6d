"""A parameter's values on their way from the command line to Optuna and back into an override."""

from __future__ import annotations

import itertools
import math
from typing import Any

import optuna
import pytest
from hydra.core.override_parser.types import Quote, QuotedString
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.samplers import RandomSampler
from optuna.trial import FixedTrial

from sweeps.errors import SweepError
from sweeps.space.parameter import same
from tests.sweeps.parts import parameter_of, value_of

FINITE_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("ab1 ,'\"\\[]{}:=$#é-_.")
)
ELEMENTS = PLAIN | st.lists(PLAIN, max_size=3)


def written(value: Any) -> str:
    """A value as a user may write it in a sweep."""
    if isinstance(value, str):
        return QuotedString(value, Quote.single).with_quotes()
    if isinstance(value, list):
        return "[" + ",".join(written(item) for item in value) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize("form", ["x={}", "x=choice({})", "+x={}"])
@settings(max_examples=80, deadline=None)
@given(elements=st.lists(ELEMENTS, min_size=2, max_size=5, unique_by=repr))
def test_the_override_of_every_choice_is_read_as_that_choice(form: str, elements: list[Any]) -> None:
    if "choice" in form and None in elements:
        return  # which Hydra's own choice() refuses
    parameter = parameter_of(form.format(",".join(map(written, elements))))
    assert parameter.values is not None
    read = [value_of(parameter.override(value)) for value in parameter.values]
    assert list(map(repr, read)) == list(map(repr, elements))


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(-20, 20),
    number=st.integers(2, 15),
    step=st.sampled_from([0.1, 0.3, 1e-3, 0.7, 0.25, -0.1, -0.3]),
)
def test_a_range_of_floats_is_drawn_as_one_of_its_values(start: int, number: int, step: float) -> None:
    low = round(start * step, 6)
    parameter = parameter_of(f"x=range({low},{round(low + (number - 0.5) * step, 6)},{step})")
    assert parameter.values is not None
    assert len(parameter.values) == number
    study = optuna.create_study(sampler=RandomSampler(seed=0))
    seen = set()
    for index in range(3 * number):
        if index < number:
            study.enqueue_trial({"x": parameter.values[index]})
        drawn = parameter.suggest(study.ask())
        assert parameter.accepts(drawn)
        assert parameter.canonical(drawn) in parameter.values
        seen.add(value_of(parameter.override(drawn)))
    assert seen == set(parameter.values)


@settings(max_examples=60, deadline=None)
@given(ends=st.tuples(FINITE_FLOATS, FINITE_FLOATS), share=st.floats(0, 1))
def test_a_float_of_an_interval_survives_the_override_to_the_last_bit(
    ends: tuple[float, float], share: float
) -> None:
    low, high = sorted(ends)
    if not low < high or not math.isfinite(high - low):
        return
    parameter = parameter_of(f"x=interval({low!r},{high!r})")
    value = min(high, low + share * (high - low))
    trial: Any = FixedTrial({"x": value})
    assert parameter.suggest(trial) == value
    assert value_of(parameter.override(value)).hex() == float(value).hex()
    assert parameter.extremes() == (low, high)


CONTINUOUS = ["x=interval(-1,1)", "x=tag(log,interval(1e-9,1))", "x=int(interval(1,9))"]
LISTED = ["x=range(0,1,0.1)", "x=range(9,0,-2)", "x=1,true,null", "x=[1],[2,3],[]"]


@pytest.mark.parametrize("argument", CONTINUOUS + LISTED)
def test_whatever_is_drawn_is_accepted_and_can_be_written(argument: str) -> None:
    parameter = parameter_of(argument)
    study = optuna.create_study(sampler=RandomSampler(seed=1))
    drawn = [parameter.suggest(study.ask()) for _ in range(40)]
    assert all(map(parameter.accepts, drawn))
    assert len({parameter.override(value) for value in drawn}) > 2


@pytest.mark.parametrize(
    ("argument", "inside", "outside"),
    [
        ("x=interval(0,1)", [0, 1, 0.5], [-0.1, 1.1, "a", None, True, math.nan]),
        ("x=int(interval(1,9))", [1, 9, 5.0], [0, 10, 5.5, True]),
        ("x=range(0,10,3)", [0, 3, 9.0], [1, 10, 12, False]),
        ("x=1,2", [1, 2.0], [3, True, None, "a"]),
        ("x=a,null", ["a", None], ["b", 0, False]),
        ("x=true,2", [True, 2], [1, False]),
        ("x=1,true", [1, True], [False, 2]),
        ("x=1,1.0", [1, 1.0], [True, 2]),
        ("x=[1,2],[3]", ["[1,2]", "[3]"], ["[1]", 3]),
    ],
)
def test_a_value_is_accepted_where_the_search_space_has_it(
    argument: str, inside: list[Any], outside: list[Any]
) -> None:
    parameter = parameter_of(argument)
    assert [value for value in inside if not parameter.accepts(value)] == []
    assert [value for value in outside if parameter.accepts(value)] == []
    if parameter.values is not None:
        for value in outside:
            with pytest.raises(SweepError, match=r"^x=.* is not in the search space \("):
                parameter.override(value)
        assert all(parameter.canonical(value) in parameter.values for value in inside)


def test_a_value_and_its_canonical_form_are_written_alike() -> None:
    parameter = parameter_of("x=64,128")
    assert repr(parameter.canonical(64.0)) == "64"
    assert parameter.override(64.0) == "x=64"


def test_different_sweeps_are_described_differently() -> None:
    intervals = ["interval(0,1)", "interval(0,2)", "interval(1,2)", "tag(log,interval(1,2))"]
    whole = ["int(interval(1,2))", "tag(log,int(interval(1,2)))", "range(1,4)", "tag(log,range(1,4))"]
    choices = ["1,2", "1,2,3", "2,1", "1,2.0", "'1',2", "1,true", "null,1", "'null',1"]
    words = [parameter_of(f"x={sweep}").described for sweep in [*intervals, *whole, *choices]]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_values_are_the_same_if_python_says_so_and_none_is_a_truth_value() -> None:
    values = [0, 0.0, 1, 1.0, True, False, None, "a", "b"]
    for one, other in itertools.product(values, repeat=2):
        truth = isinstance(one, bool) or isinstance(other, bool)
        assert same(one, other) == (one is other if truth else one == other)
