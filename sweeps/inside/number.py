"""What counts as a number: whatever a program's arithmetic gives, and nothing that only looks like one."""

from __future__ import annotations

import contextlib
import numbers
import reprlib
from collections.abc import Sequence
from typing import Any

LONGEST = 100  # characters of a value in a message

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = LONGEST
_TEXTS = (str, bytes, bytearray, memoryview)


def number_of(value: Any) -> float:
    """A real number as a float; it may be NaN or infinite.

    Numbers are Python's and NumPy's, fractions and decimals, arrays and tensors of one element, and whatever
    else has `__float__`. A text that reads like a number, a truth value and a complex number are none: who
    returns one means something else. A number too large for a float is infinite.

    Raises:
        TypeError: it is no number.
    """
    try:
        plain = _plain(value)
        if not _is_real(plain):
            raise TypeError
        try:
            return float(plain)
        except OverflowError:
            return float("inf" if plain > 0 else "-inf")
    except Exception:  # an object may raise anything
        raise TypeError(f"{shown(value)} is not a number") from None


def length_of(value: Any) -> int | None:
    """The number of items of a sequence, or of an array or a tensor with one axis; None of anything else.

    Raises:
        Exception: whatever the object's own `__len__` does.
    """
    if isinstance(value, _TEXTS):
        return None
    if isinstance(value, Sequence):
        return len(value)
    with contextlib.suppress(Exception):  # a shape that is no shape, or not known yet
        if len(value.shape) == 1:
            return len(value)
    return None


def shown(value: Any) -> str:
    """A value in one line that is not long, whatever its class makes of it."""
    try:
        text = " ".join(_repr.repr(value).split())
    except Exception:
        text = ""
    return text[:LONGEST] if text and text.isprintable() else f"a value of type {type(value).__name__}"


def _plain(value: Any) -> Any:
    """The element of an array or a tensor, in Python's own type where it has one."""
    if not hasattr(value, "dtype"):
        return value
    mask = getattr(value, "mask", False)
    if not callable(mask) and mask:  # NumPy's masked arrays: below the mask stands whatever was there
        raise TypeError
    for name in ("numpy", "item"):
        value = getattr(value, name)() if hasattr(value, name) else value
    return value


def _is_real(value: Any) -> bool:
    if isinstance(value, (bool, *_TEXTS)):
        return False
    if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
        return False
    return hasattr(type(value), "__float__") or hasattr(type(value), "__index__")
