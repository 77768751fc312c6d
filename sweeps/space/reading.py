"""Reading one sweep override: what may vary, as Optuna's distribution."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    ChoiceSweep,
    IntervalSweep,
    Override,
    Quote,
    QuotedString,
    RangeSweep,
)
from hydra.errors import HydraException
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from sweeps.errors import SweepError
from sweeps.space.parameter import Parameter, Value, value_text
from sweeps.text import one_line

MOST_VALUES = 100_000  # of a range, which are listed
LARGEST_WHOLE = 2**53  # Optuna keeps numbers as floats, which hold no larger ones exactly


def parameter_from(override: Override) -> Parameter:
    """Reads a sweep override.

    Raises:
        SweepError: it is empty, or no distribution can be made of it.
    """
    key = override.get_key_element()
    name = key.lstrip("+")
    line = override.input_line or key
    sweep = override.value()
    tags: set[str] = getattr(sweep, "tags", set())
    if unknown := sorted(str(tag) for tag in tags if tag != "log"):
        raise SweepError(f"{line}: unknown tag {unknown[0]}; the only one is log")
    log = "log" in tags
    if isinstance(sweep, IntervalSweep):
        return Parameter(name, key, _interval(sweep, line, log))
    if isinstance(sweep, RangeSweep):
        return _range(name, key, sweep, line, log)
    if log:
        raise SweepError(f"{line}: tag(log, ...) is for interval() and range(), not for a choice")
    return _choice(name, key, override, line)


def _interval(sweep: IntervalSweep, line: str, log: bool) -> BaseDistribution:
    low, high = sweep.start, sweep.end
    assert low is not None
    assert high is not None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise SweepError(f"{line}: the interval is empty; its end must be above its start")
    _require_positive(low, line, log)
    if not math.isfinite(float(high) - float(low)):
        raise SweepError(f"{line}: the interval is too wide: the difference of its ends must be finite")
    if isinstance(low, int) and isinstance(high, int):
        _require_exact(low, high, line)
        return IntDistribution(low, high, log=log)
    return FloatDistribution(low, high, log=log)


def _range(name: str, key: str, sweep: RangeSweep, line: str, log: bool) -> Parameter:
    if not all(map(math.isfinite, (sweep.start or 0, sweep.stop or 0, sweep.step))):
        raise SweepError(f"{line}: start, stop and step must be finite numbers")
    if not sweep.step:
        raise SweepError(f"{line}: the step must not be 0")
    assert sweep.start is not None
    assert sweep.stop is not None
    if (sweep.stop - sweep.start) / sweep.step > MOST_VALUES:
        raise SweepError(
            f"{line}: the range has more than {MOST_VALUES:,} values; interval() has no such limit"
        )
    range_values = list(sweep.range())
    if not range_values:
        raise SweepError(f"{line}: the range is empty; its end is exclusive")
    if isinstance(range_values[0], float):
        # What people mean by 0.1, not its binary neighbour: Hydra's third multiple is 0.30000000000000004.
        first, width = Decimal(str(sweep.start)), Decimal(str(sweep.step))
        range_values = [float(first + index * width) for index in range(len(range_values))]
    values = sorted(range_values)
    _require_positive(values[0], line, log)
    _require_exact(values[0], values[-1], line)
    if sweep.shuffle:
        random.Random(0).shuffle(range_values)
    if len(values) == 1:
        kind: BaseDistribution = CategoricalDistribution(tuple(values))
    elif all(isinstance(value, int) for value in values):
        step = 1 if log else abs(int(sweep.step))
        if log and abs(sweep.step) != 1:
            raise SweepError(f"{line}: tag(log, ...) needs a range of step 1")
        kind = IntDistribution(int(values[0]), int(values[-1]), log=log, step=step)
    elif log:
        raise SweepError(f"{line}: tag(log, ...) needs an interval() or a range() of whole numbers")
    else:
        kind = FloatDistribution(values[0], values[-1], step=abs(float(sweep.step)))
    texts = tuple(value_text(value) for value in range_values)
    return Parameter(name, key, kind, tuple(range_values), texts, meanings=tuple(range_values))


def _require_positive(low: float, line: str, log: bool) -> None:
    if log and low <= 0:
        raise SweepError(f"{line}: tag(log, ...) needs values above 0")


def _require_exact(low: float, high: float, line: str) -> None:
    if isinstance(low, int) and max(abs(low), abs(high)) > LARGEST_WHOLE:
        raise SweepError(f"{line}: whole numbers must lie between -2^53 and 2^53")


def _choice(name: str, key: str, override: Override, line: str) -> Parameter:
    sweep = override.value()
    try:
        elements: list[Any] = list(
            sweep.list if isinstance(sweep, ChoiceSweep) else override.sweep_iterator()
        )
    except HydraException as error:
        raise SweepError(f"{line}: {one_line(error)}") from None
    if not elements:
        raise SweepError(f"{line}: no option matches")
    if isinstance(sweep, ChoiceSweep) and sweep.shuffle:
        # The same order each time: a study that is resumed must find its search space unchanged.
        random.Random(0).shuffle(elements)
    meanings = tuple(Override._convert_value(element) for element in elements)
    for index, meaning in enumerate(meanings):
        if repr(meaning) in map(repr, meanings[:index]):
            raise SweepError(
                f"{line}: {Override._get_value_element_as_str(elements[index])} stands there twice"
            )
    texts = tuple(map(_element_text, elements))
    values = tuple(_category(element, text) for element, text in zip(elements, texts, strict=True))
    if len(set(values)) < len(values):
        values = texts  # Optuna takes 1, 1.0 and True for one category.
    return Parameter(name, key, CategoricalDistribution(values), values, texts, meanings=meanings)


def _element_text(element: Any) -> str:
    """An element as an override writes it; Hydra itself would write the text of `choice('1')` as a number."""
    text = str(Override._get_value_element_as_str(element))
    try:
        read = OverridesParser.create().parse_override(f"x={text}").value()
    except HydraException:
        read = None
    if repr(read) == repr(Override._convert_value(element)):
        return text
    return str(Override._get_value_element_as_str(_quoted(element)))


def _quoted(element: Any) -> Any:
    if isinstance(element, list):
        return [_quoted(item) for item in element]
    if isinstance(element, dict):
        return {key: _quoted(item) for key, item in element.items()}
    return QuotedString(element, Quote.single) if isinstance(element, str) else element


def _category(element: Any, text: str) -> Value:
    """Optuna's categories must be plain values: lists and mappings are kept as they are written."""
    if isinstance(element, QuotedString):
        return element.text
    return element if element is None or isinstance(element, (str, int, float, bool)) else text
