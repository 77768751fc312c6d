from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.config import rules
from lstm_vae.errors import UserError

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
)


@given(st.integers())
def test_whole_takes_what_is_large_enough(value: int) -> None:
    if value >= 1:
        assert rules.Whole(1).normalise(value) == value
    else:
        with pytest.raises(ValueError):
            rules.Whole(1).normalise(value)


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1]])
def test_whole_takes_no_other_type(value: Any) -> None:
    with pytest.raises(UserError, match="training.epochs=.*must be a whole number of at least 1"):
        rules.apply(rules.Whole(1), "training.epochs", value)


@given(st.floats())
def test_real_is_finite_and_within_its_bounds(value: float) -> None:
    rule = rules.Real(0, 1)
    try:
        kept = rule.normalise(value)
    except ValueError:
        assert not 0 <= value < 1
    else:
        assert kept == value
        assert 0 <= value < 1


@given(st.floats() | st.integers())
def test_a_number_without_a_limit_is_one_of_single_precision(value: float) -> None:
    try:
        kept = rules.Real(0).normalise(value)
    except ValueError:
        assert not 0 <= value <= 3.4e38
    else:
        assert kept == float(value)
        assert np.isfinite(np.float32(kept))


def test_bounds_may_be_open_or_closed() -> None:
    assert rules.Real(0, 1, closed=True).normalise(1) == 1.0
    with pytest.raises(ValueError):
        rules.Real(0, above=True).normalise(0)
    assert rules.Real(0, optional=True).normalise(None) is None


@given(st.lists(st.integers(1, 10_000)))
def test_sizes_become_tuples_and_bare_numbers_lists_of_one(sizes: list[int]) -> None:
    assert rules.Sizes(empty=True).normalise(sizes) == tuple(sizes)
    for size in sizes:
        assert rules.Sizes(bare=True).normalise(size) == (size,)


@pytest.mark.parametrize("value", [[], 64, "64", [0], [1.5], [True], None, {"a": 1}, [[1]]])
def test_sizes_refuse_the_rest(value: Any) -> None:
    with pytest.raises(UserError, match=r"decoder\.filters="):
        rules.apply(rules.Sizes(), "decoder.filters", value)


@pytest.mark.parametrize(
    "rule",
    [
        rules.Whole(1),
        rules.Real(0),
        rules.Flag(),
        rules.Text(),
        rules.Choice(("a", "b")),
        rules.Sizes(bare=True),
        rules.Scales(),
        rules.Options(),
    ],
    ids=lambda rule: type(rule).__name__,
)
@given(value=ANYTHING)
def test_every_rule_normalises_once_and_for_all_or_says_what_is_allowed(rule: rules.Rule, value: Any) -> None:
    try:
        kept = rules.apply(rule, "some.field", value)
    except UserError as error:
        assert rule.allowed in str(error)
        assert "some.field=" in str(error)
    else:
        again = rules.apply(rule, "some.field", kept)
        assert again == kept
        assert type(again) is type(kept)
        assert not (isinstance(kept, float) and not math.isfinite(kept))


@pytest.mark.parametrize(
    "value",
    [{"when": datetime.date(2024, 1, 1)}, {"seen": {1, 2}}, {"raw": b"x"}, {"rate": math.nan}, {1: 2}],
)
def test_options_are_what_a_record_can_hold(value: Any) -> None:
    with pytest.raises(UserError, match="^encoder.options="):
        rules.apply(rules.Options(), "encoder.options", value)
