"""Rules for configuration values: each normalises what it accepts and names what it would have allowed.

A rule is attached to a dataclass field through `dataclasses.field(metadata={"rule": ...})`, so that a
field's type, default and limits stand in one place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lstm_vae.errors import UserError

LARGEST_WHOLE = 2**31 - 1  # of whole numbers: what TensorFlow counts with


class Rule(Protocol):
    """What every rule offers."""

    @property
    def allowed(self) -> str:
        """The values that pass, in words."""
        ...

    def normalise(self, value: Any) -> Any:
        """Returns the value to keep; raises `ValueError` or `TypeError` for one that is not allowed."""
        ...


def apply(rule: Rule, path: str, value: Any) -> Any:
    """Normalises the value of the field named `path`.

    Raises:
        UserError: the value is not allowed; the message names field, value and what is allowed.
    """
    try:
        normal = rule.normalise(value)
    except (TypeError, ValueError, OverflowError):
        raise UserError(f"{path}={value!r}: must be {rule.allowed}") from None
    for number in normal if isinstance(normal, tuple) else (normal,):
        if isinstance(number, int) and number > LARGEST_WHOLE:
            raise UserError(f"{path}={number}: must be {rule.allowed}, and no number above {LARGEST_WHOLE}")
    return normal


@dataclass(frozen=True)
class Whole:
    """A whole number of at least `least` and at most `most`; None too, where `optional`."""

    least: int
    optional: bool = False
    most: int | None = None

    @property
    def allowed(self) -> str:
        upper = "" if self.most is None else f" and at most {self.most}"
        return f"a whole number of at least {self.least}{upper}" + (" or null" if self.optional else "")

    def normalise(self, value: Any) -> int | None:
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < self.least:
            raise ValueError
        if self.most is not None and value > self.most:
            raise ValueError
        return value


LARGEST = 3.4e38  # that single precision, in which TensorFlow computes, still holds


@dataclass(frozen=True)
class Real:
    """A finite number in [low, high), or in (low, high) where `above`; None too, where `optional`."""

    low: float
    high: float = math.inf
    above: bool = False
    closed: bool = False
    optional: bool = False

    @property
    def allowed(self) -> str:
        lower = f"{'above' if self.above else 'at least'} {self.low:g}"
        bounded = self.high < math.inf
        closed, high = (self.closed, self.high) if bounded else (True, LARGEST)
        upper = f" and {'at most' if closed else 'below'} {high:g}"
        return f"a number {lower}{upper}" + (" or null" if self.optional else "")

    def normalise(self, value: Any) -> float | None:
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError
        if not abs(value) <= LARGEST:  # NaN is not, either
            raise ValueError
        number = float(value)
        if number < self.low or (self.above and number == self.low):
            raise ValueError
        if number > self.high or (number == self.high and not self.closed and self.high < math.inf):
            raise ValueError
        return number


@dataclass(frozen=True)
class Flag:
    """True or false."""

    @property
    def allowed(self) -> str:
        return "true or false"

    def normalise(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError
        return value


@dataclass(frozen=True)
class Text:
    """A non-empty text; None too, where `optional`."""

    optional: bool = False

    @property
    def allowed(self) -> str:
        return "a text" + (" or null" if self.optional else "")

    def normalise(self, value: Any) -> str | None:
        if value is None and self.optional:
            return None
        if not isinstance(value, str) or not value.strip():
            raise ValueError
        return value


@dataclass(frozen=True)
class Choice:
    """One of the named texts."""

    options: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(self.options)

    def normalise(self, value: Any) -> str:
        if value not in self.options:
            raise ValueError
        return str(value)


@dataclass(frozen=True)
class Sizes:
    """Layer sizes: a list of whole numbers of at least 1; a bare number means a list of one where `bare`."""

    empty: bool = False
    bare: bool = False

    @property
    def allowed(self) -> str:
        words = "a list of whole numbers of at least 1"
        if self.bare:
            words = f"a whole number of at least 1 or {words}"
        return words + (" (it may be empty)" if self.empty else " (not empty)")

    def normalise(self, value: Any) -> tuple[int, ...]:
        if self.bare and isinstance(value, int):
            value = [value]
        if not isinstance(value, Sequence) or isinstance(value, str) or (not value and not self.empty):
            raise TypeError
        return tuple(int(Whole(1).normalise(size) or 0) for size in value)


@dataclass(frozen=True)
class Scales:
    """A list of positive numbers."""

    @property
    def allowed(self) -> str:
        return "a list of numbers above 0"

    def normalise(self, value: Any) -> tuple[float, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise TypeError
        return tuple(float(Real(0, above=True).normalise(scale) or 0) for scale in value)


@dataclass(frozen=True)
class Options:
    """A mapping from names to what JSON can hold, in which a run's record has it."""

    @property
    def allowed(self) -> str:
        return "a mapping from names to texts, finite numbers, true, false, null, lists and mappings"

    def normalise(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise TypeError
        plain: dict[str, Any] = json.loads(json.dumps(dict(value), allow_nan=False))
        return plain
