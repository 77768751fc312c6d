"""What a study searches, in a form that can be compared: it must not change between one part and the next."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from typing import Any

from sweeps.errors import SweepError
from sweeps.plan.composition import Composer, resolved_job
from sweeps.results.account import flattened
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.text import without_passwords


@dataclass(frozen=True)
class Spec:
    """What a study searches.

    Attributes:
        objective: names and directions.
        search_space: every parameter's values in words.
        config: what all trials share, by dotted name; fields that a parameter sets are left out.
        options: of every swept value that sets more than its own field (an option of a group), those fields.
    """

    objective: dict[str, Any]
    search_space: dict[str, str]
    config: dict[str, Any]
    options: dict[str, dict[str, Any]]

    def to_mapping(self) -> dict[str, Any]:
        """As plain JSON values."""
        mapping: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return mapping

    def differences(self, before: Mapping[str, Any]) -> list[Difference]:
        """How it differs from an earlier one, by field.

        Args:
            before: the earlier one's mapping; what else stands in it, as in `spec.yaml`, does not matter.
        """
        mapping = self.to_mapping()
        now, then = (
            {key: value for key, value in flattened(spec).items() if value != {}}
            for spec in (mapping, {part: before[part] for part in mapping if part in before})
        )
        known_fields = _fields_of(before)
        return [
            Difference(
                key.removeprefix(f"{_CONFIG}."),
                _shown(then, key),
                _shown(now, key),
                new_field=key not in then and _is_new(key, known_fields),
            )
            for key in sorted(now.keys() | then.keys())
            if _shown(now, key) != _shown(then, key)
        ]


@dataclass(frozen=True)
class Difference:
    """What two studies search differently.

    Attributes:
        field: by its dotted name.
        before: its value in the earlier one, in words.
        now: in the later one.
        new_field: whether it is a field of the configuration that the earlier one did not have at all.
    """

    field: str
    before: str
    now: str
    new_field: bool

    def __str__(self) -> str:
        return f"{self.field}: {self.before} -> {self.now}"


_CONFIG = "config"
_ABSENT = object()


def _is_new(key: str, known_fields: Set[str]) -> bool:
    """Whether a key, as `config.FIELD`, is of a field that is neither known nor below a known one."""
    part, _, field = key.partition(".")
    return part == _CONFIG and not any(field == own or field.startswith(f"{own}.") for own in known_fields)


def _fields_of(spec: Mapping[str, Any]) -> set[str]:
    """All fields that a spec names; its file may come from anybody."""
    options = spec.get("options")
    parts = [spec.get("config"), *(options.values() if isinstance(options, Mapping) else ())]
    return {str(field) for part in parts if isinstance(part, Mapping) for field in part}


def _shown(mapping: Mapping[str, Any], key: str) -> str:
    # Studies of earlier versions hold passwords.
    return without_passwords(json.dumps(mapping[key], default=str)).strip('"') if key in mapping else "(none)"


def checked_spec(space: Space, composer: Composer, settings: Settings, check: Any) -> Spec:
    """Composes a configuration with every value of every parameter, checks each, and says what is searched.

    Args:
        check: called with every configuration; raises for one that cannot run. None for no check.

    Raises:
        SweepError: one cannot be composed or does not pass, or a process-wide field differs among them.
    """
    first = space.first()
    base = _job(space, first, composer, check)
    process_wide = {key: _read(base, key) for key in settings.process_wide}
    known_keys = set(base)
    options: dict[str, dict[str, Any]] = {}
    swept_names = {parameter.name for parameter in space.parameters}
    for parameter, values in space.samples():
        if values == first:
            continue
        fields = _job(space, values, composer, check)
        known_keys |= fields.keys()
        for key, shared in process_wide.items():
            if _read(fields, key) != shared:
                raise SweepError(
                    f"{parameter.override(values[parameter.name])}: {key} must be the same in all trials, "
                    "which may share a process"
                )
        changes = {key: value for key, value in fields.items() if base.get(key, _ABSENT) != value}
        changes |= {key: "(none)" for key in base if key not in fields}
        beyond = {key: value for key, value in changes.items() if key not in swept_names}
        if beyond:
            options[parameter.override(values[parameter.name])] = _kept(beyond, settings.ignore)
    for key in settings.process_wide:
        if _read(dict.fromkeys(known_keys), key) == "{}":
            raise SweepError(f"hydra.sweeper.process_wide={key}: is no field of the configuration")
    directions = list(settings.directions)
    set_by_options = {key for fields in options.values() for key in fields}
    config = {
        key: value
        for key, value in _kept(base, settings.ignore).items()
        if key not in swept_names and key not in set_by_options
    }
    # The first option's own values of the fields that other options change.
    if options:
        options["first"] = {key: base[key] for key in sorted(set_by_options) if key in base}
    objective: dict[str, Any] = {"name": list(settings.objective or []), "direction": directions}
    if settings.replicates > 1:
        objective["replicates"] = settings.replicates
        if len(settings.seed_keys or ()) > 1:
            objective["seed_key"] = list(settings.seed_keys or ())
    return Spec(objective, space.described(), config, options)


def _job(space: Space, values: dict[str, Any], composer: Composer, check: Any) -> dict[str, Any]:
    config = composer.compose([*space.fixed, *space.overrides(values)])
    if check is not None:
        try:
            check(config)
        except SweepError:
            raise
        except Exception as error:
            raise SweepError(str(error) or type(error).__name__) from None
    return resolved_job(config)


def _read(fields: Mapping[str, Any], key: str) -> str:
    """A field, or all below it, as a text."""
    own = {name: value for name, value in fields.items() if name == key or name.startswith(f"{key}.")}
    return json.dumps(own, default=str)


def _kept(fields: Mapping[str, Any], ignore: tuple[str, ...]) -> dict[str, Any]:
    return {
        key: value
        for key, value in fields.items()
        if not any(fnmatch.fnmatch(key, pattern) for pattern in ignore)
    }
