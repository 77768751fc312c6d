"""Defaults of a run's configuration: what the YAML files of `conf/` say, read from there."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from lstm_vae.config.rules import Rule

_PACKAGED = Path(__file__).parents[1] / "conf"  # in a wheel
CONF_DIR = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "conf"


class Defaults:
    """Makes the fields of a section of the configuration.

    Args:
        file: below `conf/`, which has the section's defaults.
        part: of the file.
    """

    def __init__(self, file: str, part: str | None = None) -> None:
        values: dict[str, Any] = yaml.safe_load((CONF_DIR / file).read_text(encoding="utf-8"))
        self._values = values if part is None else values[part]

    def __call__(self, name: str, rule: Rule, otherwise: Any = ...) -> Any:
        """A field.

        Args:
            name: its own.
            rule: what it may be.
            otherwise: its default where the file has none, and then only.
        """
        assert (name in self._values) != (otherwise is not ...), f"{name}: must have one default"
        default = rule.normalise(self._values.get(name, otherwise))
        if isinstance(default, dict):
            return field(default_factory=default.copy, metadata={"rule": rule})
        return field(default=default, metadata={"rule": rule})
