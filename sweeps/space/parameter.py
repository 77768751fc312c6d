"""One parameter of a search: Hydra's way of writing its values, Optuna's way of drawing them."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hydra.core.override_parser.types import (
    ChoiceSweep,
    IntervalSweep,
    Override,
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
from optuna.trial import Trial

from sweeps.errors import SweepError, one_line

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Requirement:
    """That another parameter has one of some values.

    Attributes:
        name: the other parameter's.
        allowed: its values.
    """

    name: str
    allowed: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether it does; it does not where the other parameter does not exist either."""
        return self.name in values and any(same(values[self.name], value) for value in self.allowed)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a search.

    Attributes:
        name: Optuna's name: the override's key without `+`.
        key: the override's key.
        distribution: what Optuna draws from.
        values: of a finite parameter, all of them, as Optuna has them; None for an interval.
        texts: the same as an override writes them.
        requirements: when it exists; all must hold.
    """

    name: str
    key: str
    distribution: BaseDistribution
    values: tuple[Value, ...] | None = None
    texts: tuple[str, ...] | None = None
    requirements: tuple[Requirement, ...] = field(default=())

    def exists(self, values: Mapping[str, Value]) -> bool:
        """Whether it exists beside these values of other parameters."""
        return all(requirement.holds(values) for requirement in self.requirements)

    def suggest(self, trial: Trial) -> Value:
        """Has Optuna draw a value."""
        kind = self.distribution
        if isinstance(kind, CategoricalDistribution):
            return trial.suggest_categorical(self.name, kind.choices)
        if isinstance(kind, IntDistribution):
            return trial.suggest_int(self.name, kind.low, kind.high, step=kind.step, log=kind.log)
        assert isinstance(kind, FloatDistribution)
        return trial.suggest_float(self.name, kind.low, kind.high, step=kind.step, log=kind.log)

    def override(self, value: Value) -> str:
        """The override that gives it this value."""
        return f"{self.key}={self._text(value)}"

    def _text(self, value: Value) -> str:
        if self.values is None or self.texts is None:
            return repr(value) if isinstance(value, float) else value_text(value)
        for known, text in zip(self.values, self.texts, strict=True):
            if same(known, value):
                return text
        raise SweepError(f"{self.name}={value}: is not in the search space ({', '.join(self.texts)})")

    def accepts(self, value: Value) -> bool:
        """Whether the value is in the search space."""
        if self.values is not None:
            return any(same(known, value) for known in self.values)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        assert isinstance(self.distribution, (IntDistribution, FloatDistribution))
        whole = isinstance(self.distribution, FloatDistribution) or float(value).is_integer()
        return whole and self.distribution.low <= value <= self.distribution.high

    def canonical(self, value: Value) -> Value:
        """The value as Optuna has it: 64 for 64.0."""
        for known in self.values or ():
            if same(known, value):
                return known
        return value

    def extremes(self) -> tuple[Value, ...]:
        """Values that show whether a configuration can be composed with any of them."""
        if self.values is not None:
            return self.values
        assert isinstance(self.distribution, (IntDistribution, FloatDistribution))
        return self.distribution.low, self.distribution.high

    @property
    def described(self) -> str:
        """The values in words, for a fingerprint and for people."""
        if self.texts is not None:
            words = ", ".join(self.texts)
        else:
            assert isinstance(self.distribution, (IntDistribution, FloatDistribution))
            kind = "int(interval" if isinstance(self.distribution, IntDistribution) else "interval"
            words = f"{kind}({self.distribution.low}, {self.distribution.high})" + ")" * kind.startswith(
                "int("
            )
            words = f"tag(log, {words})" if self.distribution.log else words
        for requirement in self.requirements:
            words += f" if {requirement.name} is {' or '.join(value_text(v) for v in requirement.allowed)}"
        return words


def same(one: Value, other: Value) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    return value_text(one) == value_text(other)


def value_text(value: Any) -> str:
    """A value as Hydra's grammar writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


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
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log)
    return FloatDistribution(low, high, log=log)


def _range(name: str, key: str, sweep: RangeSweep, line: str, log: bool) -> Parameter:
    if not sweep.step:
        raise SweepError(f"{line}: the step must not be 0")
    values = sorted(sweep.range())
    if not values:
        raise SweepError(f"{line}: the range is empty; its end is exclusive")
    _require_positive(values[0], line, log)
    shown = tuple(sweep.range())
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
        # Optuna's multiples of the step differ from Hydra's decimals in the last bits.
        shown = tuple(float(value) for value in shown)
    return Parameter(name, key, kind, tuple(shown), tuple(value_text(value) for value in shown))


def _require_positive(low: float, line: str, log: bool) -> None:
    if log and low <= 0:
        raise SweepError(f"{line}: tag(log, ...) needs values above 0")


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
    texts = tuple(Override._get_value_element_as_str(element) for element in elements)
    values = tuple(_category(element, text) for element, text in zip(elements, texts, strict=True))
    if len(set(values)) < len(values):
        values = texts  # Optuna takes 1, 1.0 and True for one category.
    for index, value in enumerate(values):
        if value in values[:index]:
            raise SweepError(f"{line}: {texts[index]} stands there twice")
    return Parameter(name, key, CategoricalDistribution(values), values, texts)


def _category(element: Any, text: str) -> Value:
    """Optuna's categories must be plain values: lists and mappings are kept as they are written."""
    if isinstance(element, QuotedString):
        return element.text
    return element if element is None or isinstance(element, (str, int, float, bool)) else text
