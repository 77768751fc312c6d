"""One parameter of a search: Hydra's way of writing its values, Optuna's way of drawing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from sweeps.errors import SweepError

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
        meanings: the same as the program gets them.
        requirements: when it exists; all must hold.
    """

    name: str
    key: str
    distribution: BaseDistribution
    values: tuple[Value, ...] | None = None
    texts: tuple[str, ...] | None = None
    requirements: tuple[Requirement, ...] = field(default=())
    meanings: tuple[Any, ...] = field(default=(), compare=False)

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
        index = self._index(value)
        if index is None:
            raise SweepError(f"{self.name}={value}: is not in the search space ({', '.join(self.texts)})")
        return self.texts[index]

    def _index(self, value: Any) -> int | None:
        """Where a value stands among the values: as Optuna has it, or else as the program gets it."""
        for pool in (self.values or (), self.meanings):
            for index, candidate in enumerate(pool):
                if type(candidate) is type(value) and same(candidate, value):
                    return index
        for index, candidate in enumerate(self.meanings):
            if same(candidate, value):
                return index
        step = self.distribution.step if isinstance(self.distribution, FloatDistribution) else None
        if step is not None and isinstance(value, float):
            # Optuna's multiples of the step differ from decimals in the last bits.
            for index, candidate in enumerate(self.meanings):
                if abs(candidate - value) < 1e-6 * step:
                    return index
        return None

    def index_of(self, value: Value) -> int:
        """Where a value of a finite parameter stands among its values."""
        index = self._index(value)
        assert index is not None, (self.name, value)
        return index

    def accepts(self, value: Any) -> bool:
        """Whether the value is in the search space."""
        if self.values is not None:
            return self._index(value) is not None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        assert isinstance(self.distribution, (IntDistribution, FloatDistribution))
        whole = isinstance(self.distribution, FloatDistribution) or float(value).is_integer()
        return whole and self.distribution.low <= value <= self.distribution.high

    def canonical(self, value: Any) -> Value:
        """The value as Optuna has it: 64 for 64.0."""
        index = self._index(value)
        return value if index is None or self.values is None else self.values[index]

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
            if not isinstance(self.distribution, CategoricalDistribution):
                words = f"range of {words}"
            if getattr(self.distribution, "log", False):
                words = f"tag(log, {words})"
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


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def value_text(value: Any) -> str:
    """A value as Hydra's grammar writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
