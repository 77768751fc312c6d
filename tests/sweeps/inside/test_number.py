"""What counts as a number."""

from __future__ import annotations

import decimal
import fractions
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.inside.number import length_of, number_of, shown


class Tensor:
    """As TensorFlow's: an element behind `numpy()`, and a `__float__` of its own."""

    def __init__(self, value: Any) -> None:
        self._value = np.array(value)
        self.dtype, self.shape = self._value.dtype, self._value.shape

    def numpy(self) -> Any:
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __float__(self) -> float:
        return float(self._value)


class Odd(float):
    """A float whose representation is another's."""

    def __repr__(self) -> str:
        return "two\nlines" * 1000


class Raising:
    """Can say nothing of itself."""

    @property
    def shape(self) -> object:
        raise ZeroDivisionError

    def __float__(self) -> float:
        raise RuntimeError("out of memory")

    def __repr__(self) -> str:
        raise RuntimeError("out of memory")


class Index:
    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3.0),
        (-0.0, 0.0),
        (np.float16(1.5), 1.5),
        (np.float32(1.5), 1.5),
        (np.float64(1.5), 1.5),
        (np.longdouble("1.5"), 1.5),
        (np.int8(-3), -3.0),
        (np.uint64(2**63), 2.0**63),
        (np.array(1.5), 1.5),
        (np.array([1.5]), 1.5),
        (np.array([[1.5]]), 1.5),
        (pd.Series([1.5]), 1.5),
        (Tensor(1.5), 1.5),
        (Tensor([1.5]), 1.5),
        (Index(), 7.0),
        (Odd(1.5), 1.5),
        (decimal.Decimal("1.5"), 1.5),
        (fractions.Fraction(3, 2), 1.5),
        (10**308, 1e308),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (fractions.Fraction(10**400, 3), math.inf),
        (decimal.Decimal("-1e400"), -math.inf),
        (np.float32("-inf"), -math.inf),
    ],
)  # fmt: skip
def test_numbers(value: Any, number: float) -> None:
    assert number_of(value) == number
    assert type(number_of(value)) is float


@pytest.mark.parametrize("value", [math.nan, np.float32("nan"), decimal.Decimal("NaN"), Tensor(math.nan)])
def test_nan_is_one(value: Any) -> None:
    assert math.isnan(number_of(value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        np.True_,
        np.array(True),
        Tensor(False),
        "1.5",
        b"1.5",
        bytearray(b"1.5"),
        memoryview(b"1.5"),
        np.str_("1.5"),
        np.array("1.5"),
        Tensor(b"1.5"),
        1.5 + 0j,
        np.complex64(1.5),
        np.clongdouble(1.5),
        np.array(1.5 + 2j),
        np.array([]),
        np.array([1.5, 2.5]),
        np.array([None]),
        np.ma.masked,
        np.ma.array([1.5], mask=[True]),
        np.datetime64("2020-01-01"),
        np.timedelta64(3, "s"),
        pd.NA,
        pd.NaT,
        pd.DataFrame({"loss": [1.5]}),
        decimal.Decimal("sNaN"),
        [1.5],
        (1.5,),
        {"loss": 1.5},
        {1.5},
        (value for value in [1.5]),
        float,
        object(),
        Raising(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_only_looks_like_a_number(value: Any) -> None:
    with pytest.raises(TypeError, match=r"is not a number$") as refused:
        number_of(value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ([], 0), ((1, 2), 2), (range(10**9), 10**9), (np.array([1, 2]), 2), (np.array([]), 0),
        (pd.Series([1, 2, 3]), 3), (Tensor([1, 2]), 2),
        (None, None), (1, None), ("ab", None), (b"ab", None), ({1: 2}, None), ({1, 2}, None),
        (np.array(1), None), (np.array([[1, 2]]), None), (np.float32(1), None), (Tensor(1), None),
        (pd.DataFrame({"a": [1]}), None), (Raising(), None),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, Raising) else "raising",
)  # fmt: skip
def test_lengths(value: Any, length: int | None) -> None:
    assert length_of(value) == length


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("much", "'much'"),
        (None, "None"),
        (Raising(), "<Raising instance at "),
        ([1] * 10**6, "[1, 1, 1, 1, 1, 1, ...]"),
        (10**5000, "a value of type int"),
        (np.zeros((100, 100)), "array([[0., 0., 0., ..., 0., "),
        ("x" * 10**6, "'xxxx"),
        ("\x1b[31m", "'\\x1b[31m'"),
    ],
    ids=["text", "none", "raising", "long", "large", "array", "long_text", "escape"],
)
def test_a_value_is_shown_in_a_line(value: Any, text: str) -> None:
    assert shown(value).startswith(text)
    assert len(shown(value)) <= 100


@given(st.floats() | st.integers() | st.fractions() | st.decimals(allow_nan=False))
def test_every_real_number_is_one(value: Any) -> None:
    number = number_of(value)
    try:
        wanted = float(value)
    except OverflowError:
        wanted = math.inf if value > 0 else -math.inf
    assert number == wanted or (math.isnan(number) and math.isnan(wanted))
