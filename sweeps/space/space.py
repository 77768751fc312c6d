"""The whole search space: its parameters in an order in which each follows what it depends on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from omegaconf import DictConfig
from optuna.trial import Trial

from sweeps.settings.functions import load_function
from sweeps.space.parameter import Parameter, Value, same, value_text

FUNCTION_FIELD = "hydra.sweeper.custom_search_space"


@dataclass(frozen=True)
class Space:
    """A search space.

    Attributes:
        parameters: each after those that it depends on.
        fixed: the overrides that all trials share.
        function: dotted path of a function `(cfg, trial) -> None` that suggests further parameters.
    """

    parameters: tuple[Parameter, ...]
    fixed: tuple[str, ...] = ()
    function: str | None = None

    @property
    def finite(self) -> bool:
        """Whether all its combinations can be listed."""
        return self.function is None and all(parameter.values is not None for parameter in self.parameters)

    @property
    def size_bound(self) -> int:
        """At most so many combinations, of a finite space."""
        return math.prod(len(parameter.values or ()) for parameter in self.parameters)

    @property
    def size(self) -> int:
        """How many combinations a finite space has."""
        return sum(1 for _ in self.combinations())

    def size_within(self, limit: int) -> int | None:
        """How many combinations a finite space has, where these are no more than `limit`, else None."""
        if not any(parameter.requirements for parameter in self.parameters):
            return self.size_bound if self.size_bound <= limit else None
        size = sum(1 for _ in itertools.islice(self.combinations(), limit + 1))
        return size if size <= limit else None

    def suggest(self, trial: Trial, cfg: DictConfig) -> dict[str, Value]:
        """Has Optuna draw a value for every parameter that exists.

        Args:
            cfg: the configuration that all trials share, for `function`.
        """
        values: dict[str, Value] = {}
        for parameter in self.parameters:
            if parameter.exists(values):
                values[parameter.name] = parameter.suggest(trial)
        if self.function is not None:
            load_function(self.function, FUNCTION_FIELD, "cfg", "trial")(cfg, trial)
            values |= {name: value for name, value in trial.params.items() if name not in values}
        return values

    def overrides(self, values: Mapping[str, Value]) -> list[str]:
        """The overrides that give the parameters these values."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        return [
            by_name[name].override(value) if name in by_name else f"{name}={value_text(value)}"
            for name, value in values.items()
        ]

    def combinations(self, fixed: Mapping[str, Value] | None = None) -> Iterator[dict[str, Value]]:
        """Every combination of a finite space once, the last parameter varying fastest.

        Args:
            fixed: the only value of some parameters, as Optuna has it.
        """
        yield from self._combinations(0, {}, fixed or {})

    def _combinations(
        self, index: int, values: dict[str, Value], fixed: Mapping[str, Value]
    ) -> Iterator[dict[str, Value]]:
        if index == len(self.parameters):
            yield dict(values)
            return
        parameter = self.parameters[index]
        if not parameter.exists(values):
            yield from self._combinations(index + 1, values, fixed)
            return
        choices = (fixed[parameter.name],) if parameter.name in fixed else parameter.values or ()
        for value in choices:
            yield from self._combinations(index + 1, {**values, parameter.name: value}, fixed)

    def first(self) -> dict[str, Value]:
        """The combination of every parameter's first value."""
        values: dict[str, Value] = {}
        for parameter in self.parameters:
            if parameter.exists(values):
                values[parameter.name] = parameter.extremes()[0]
        return values

    def samples(self) -> Iterator[tuple[Parameter, dict[str, Value]]]:
        """For every value of every parameter (of an interval, its two ends) one combination that has it."""
        for parameter in self.parameters:
            for value in parameter.extremes():
                yield parameter, self._around(parameter, value)

    def _around(self, target: Parameter, value: Value) -> dict[str, Value]:
        needed_values = {name: choices[0] for name, choices in self.needed(target).items()} | {
            target.name: value
        }
        values: dict[str, Value] = {}
        for parameter in self.parameters:
            if parameter.exists(values):
                values[parameter.name] = needed_values.get(parameter.name, parameter.extremes()[0])
        return values

    def needed(self, target: Parameter) -> dict[str, tuple[Value, ...]]:
        """The parameters without which one does not exist, and the values that they may have then."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        needed_values: dict[str, tuple[Value, ...]] = {}
        pending = [target]
        while pending:
            for requirement in pending.pop().requirements:
                if requirement.name not in needed_values:
                    pending.append(by_name[requirement.name])
                    needed_values[requirement.name] = requirement.allowed
                needed_values[requirement.name] = tuple(
                    value
                    for value in needed_values[requirement.name]
                    if any(same(value, other) for other in requirement.allowed)
                )
        return needed_values

    def described(self) -> dict[str, str]:
        """Every parameter's values in words."""
        words = {parameter.name: parameter.described for parameter in self.parameters}
        if self.function is not None:
            words["custom_search_space"] = self.function
        return words
