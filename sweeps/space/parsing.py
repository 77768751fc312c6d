"""From the command line and `hydra.sweeper.params` to the search space, by Hydra's own grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from sweeps.errors import SweepError, composition_error
from sweeps.space.parameter import Parameter, Requirement, value_text
from sweeps.space.reading import parameter_from
from sweeps.space.space import Space


def parse_space(
    arguments: Sequence[str],
    params: Mapping[str, Any],
    conditions: Mapping[str, Any],
    function: str | None,
    loader: ConfigLoader,
) -> Space:
    """Reads a search space.

    Args:
        arguments: the command line's overrides, those of Hydra's own configuration left out.
        params: `hydra.sweeper.params`; an argument of the same key replaces an entry.
        conditions: `hydra.sweeper.conditions`: of a parameter, the values that others must have.
        function: `hydra.sweeper.custom_search_space`.
        loader: knows the options of groups, for `glob`.

    Raises:
        SweepError: something in it is empty, impossible or unknown.
    """
    entries = {key.lstrip("+"): f"{key}={_yaml_text(value)}" for key, value in params.items()}
    entry_overrides = _parse([*entries.values()], loader)
    for override in entry_overrides:
        if override.is_hydra_override():
            raise SweepError(
                f"hydra.sweeper.params.{override.key_or_group}: is Hydra's own, and the same for all trials"
            )
    argument_overrides = _parse(arguments, loader)
    replaced_names = {_name(override) for override in argument_overrides}
    overrides = [
        override for override in entry_overrides if _name(override) not in replaced_names
    ] + argument_overrides
    parameters: dict[str, Parameter] = {}
    fixed_overrides: list[str] = []
    for override in overrides:
        if override.is_sweep_override():
            parameter = parameter_from(override)
            parameters[parameter.name] = parameter
        else:
            assert override.input_line is not None
            fixed_overrides.append(override.input_line)
            parameters.pop(_name(override), None)
    space = Space(_ordered(_with_conditions(parameters, conditions)), tuple(fixed_overrides), function)
    for parameter in space.parameters:
        if impossible := [name for name, choices in space.needed(parameter).items() if not choices]:
            raise SweepError(
                f"hydra.sweeper.conditions.{parameter.name}: asks for different values of "
                f"{impossible[0]} at once"
            )
    return space


def _parse(lines: Sequence[str], loader: ConfigLoader) -> list[Override]:
    try:
        return OverridesParser.create(config_loader=loader).parse_overrides(list(lines))
    except HydraException as error:
        raise composition_error(error) from None


def _name(override: Override) -> str:
    return override.get_key_element().lstrip("+~")


def _yaml_text(value: Any) -> str:
    """A YAML value as the grammar writes it: texts are taken as they stand, as Hydra does."""
    if isinstance(value, list):
        return "[" + ",".join(_yaml_text(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_yaml_text(item)}" for key, item in value.items()) + "}"
    return value_text(value)


def _with_conditions(parameters: dict[str, Parameter], conditions: Mapping[str, Any]) -> dict[str, Parameter]:
    result = dict(parameters)
    for name, rule in conditions.items():
        field = f"hydra.sweeper.conditions.{name}"
        if name not in parameters:
            raise SweepError(f"{field}: is no parameter of the search ({', '.join(parameters) or 'none'})")
        if not isinstance(rule, Mapping) or not rule:
            raise SweepError(
                f"{field}={rule}: must map other parameters to values, {{name: value or [values]}}"
            )
        requirements = []
        for other, choice in rule.items():
            if other not in parameters:
                raise SweepError(f"{field}: {other} is no parameter of the search ({', '.join(parameters)})")
            values = tuple(choice) if isinstance(choice, list) else (choice,)
            if not values:
                raise SweepError(f"{field}: {other}=[] names no value")
            for value in values:
                if not parameters[other].accepts(value):
                    raise SweepError(f"{field}: {other}={value_text(value)} is not in the search space")
            canonical = tuple(parameters[other].canonical(value) for value in values)
            requirements.append(Requirement(other, canonical))
        result[name] = replace(parameters[name], requirements=tuple(requirements))
    return result


def _ordered(parameters: dict[str, Parameter]) -> tuple[Parameter, ...]:
    """Each parameter after those that its existence depends on, otherwise in the order given."""
    order: dict[str, Parameter] = {}
    while len(order) < len(parameters):
        ready = [
            parameter
            for name, parameter in parameters.items()
            if name not in order and all(need.name in order for need in parameter.requirements)
        ]
        if not ready:
            circle = ", ".join(name for name in parameters if name not in order)
            raise SweepError(f"hydra.sweeper.conditions: {circle} depend on each other in a circle")
        order[ready[0].name] = ready[0]
    return tuple(order.values())
