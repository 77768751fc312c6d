"""Hydra's side of the configuration: typed schemas for the YAML files, and the way into `RunConfig`.

Hydra's schemas must be mutable (a frozen dataclass cannot be merged with YAML) and cannot say "a number or a
list", so they are derived from the frozen classes: same fields and defaults, `Any` where a field takes more
than one type.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any, get_origin, get_type_hints

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from lstm_vae.config.run_config import KEYS, SECTIONS, RunConfig
from lstm_vae.errors import UserError


def _schema(kind: type) -> type:
    """A mutable twin of a frozen configuration class for the ConfigStore."""
    hints = get_type_hints(kind)
    default = kind()
    fields = []
    for item in dataclasses.fields(kind):
        several = get_origin(hints[item.name]) in (tuple, dict)
        value = getattr(default, item.name)
        if isinstance(value, (tuple, dict)):
            plain = list if isinstance(value, tuple) else dict
            spec: Any = dataclasses.field(default_factory=functools.partial(plain, value))
        else:
            spec = value
        fields.append((item.name, Any if several else hints[item.name], spec))
    return dataclasses.make_dataclass(kind.__name__.replace("Config", "Schema"), fields)


def register_schemas() -> None:
    """Makes `run_schema`, the root of `conf/config.yaml`, known to Hydra."""
    sections = [
        (name, schema, dataclasses.field(default_factory=schema))
        for name, schema in ((name, _schema(kind)) for name, kind in SECTIONS.items())
    ]
    ConfigStore.instance().store("run_schema", dataclasses.make_dataclass("RunSchema", sections))


def literal(value: Any) -> Any:
    """A value as OmegaConf must have it, to give it back as it is, with all texts in it."""
    if isinstance(value, dict):
        return {key: literal(own) for key, own in value.items()}
    if isinstance(value, list):
        return [literal(own) for own in value]
    return _literal(value) if isinstance(value, str) else value


def _literal(text: str) -> str:
    return re.sub(r"(\\*)\$\{", lambda match: match[1] * 2 + r"\${", text)


def run_config_from(cfg: DictConfig) -> RunConfig:
    """Checks a composed configuration and freezes it.

    Raises:
        UserError: a key is unknown, missing or unresolvable, or a value not allowed.
    """
    try:
        values = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise UserError(str(error).splitlines()[0]) from None
    assert isinstance(values, dict)
    values.pop("hydra", None)
    for key in KEYS:
        section, name = key.split(".")
        if name not in (values.get(section) or {}):
            raise UserError(f"{key}: is missing; every field must have a value (--cfg job shows them)")
    return RunConfig.from_mapping({str(key): value for key, value in values.items()})
