"""Taking the fields of `hydra.sweeper`, each by its rule."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from sweeps.errors import SweepError, one_line

LONGEST_NAME = 200  # bytes, of a study: names of files may have 255, and more is put around it


class Fields:
    """Takes fields out of the raw mapping, each by its rule; a value that is not allowed is a `SweepError`.

    Args:
        raw: `hydra.sweeper`, resolved.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = dict(raw)
        self._taken: set[str] = set()

    def _value(self, name: str) -> Any:
        self._taken.add(name)
        return self._raw.get(name)

    def require_all_taken(self, others: Iterable[str]) -> None:
        """Refuses fields that nobody has taken: they would mean nothing.

        Args:
            others: fields that Hydra takes.
        """
        for name in self._raw.keys() - self._taken - set(others):
            near = difflib.get_close_matches(name, self._taken, n=1, cutoff=0.5)
            hint = f"; did you mean hydra.sweeper.{near[0]}?" if near else "; docs/sweeping.md has all fields"
            raise SweepError(f"hydra.sweeper.{name}={shown(self._raw[name])}: there is no such field{hint}")

    def _refuse(self, name: str, allowed: str) -> SweepError:
        return SweepError(f"hydra.sweeper.{name}={shown(self._raw.get(name))}: must be {allowed}")

    def text(self, name: str) -> str | None:
        value = self._value(name)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self._refuse(name, "a text or null")
        return value

    def name(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not re.fullmatch(r"\w[\w .,:=+@-]*", value):
            raise self._refuse(name, "a name: letters, digits and any of .,:=+@_- and blanks, a letter first")
        if value is not None and len(value.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
            raise self._refuse(name, f"a name of at most {LONGEST_NAME} bytes")
        return value

    def texts(self, name: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Any number of texts, or one by itself; at least one where these are `allowed`."""
        value = self._value(name)
        values = [] if value is None else value if isinstance(value, list) else [value]
        if allowed and not (values and all(item in allowed for item in values)):
            raise self._refuse(name, f"one of {', '.join(allowed)}, or a list")
        if not all(isinstance(item, str) and item.strip() for item in values):
            raise self._refuse(name, "a list of texts")
        return tuple(values)

    def items(self, name: str) -> tuple[Any, ...]:
        value = self._value(name)
        if value is not None and not isinstance(value, list):
            raise self._refuse(name, "a list")
        return tuple(value or ())

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._value(name)
        if value is not None and not isinstance(value, Mapping):
            raise self._refuse(name, "a mapping or null")
        return {str(key): item for key, item in (value or {}).items()}

    def component(self, name: str, config: DictConfig) -> dict[str, Any]:
        """A mapping with the `_target_` of a sampler or pruner.

        Args:
            config: which says what option of the group was chosen.
        """
        value = self._value(name)
        if isinstance(value, Mapping) and isinstance(value.get("_target_"), str):
            return {str(key): item for key, item in value.items()}
        group = f"hydra/sweeper/optuna_study/{name}"
        options = [option.removesuffix(".yaml") for option in ConfigStore.instance().list(group)]
        choice = config.hydra.runtime.choices.get(group)
        if value is None and choice is not None and choice not in options:
            raise SweepError(f"{group}={choice}: no such option; must be one of {', '.join(options)}")
        option = value if value in options else "OPTION"
        raise self._refuse(
            name,
            f"a mapping with the dotted path of a class as _target_; {group}={option} takes an option "
            f"({', '.join(options)})",
        )

    def flag(self, name: str) -> bool:
        value = self._value(name)
        if not isinstance(value, bool):
            raise self._refuse(name, "true or false")
        return value

    def optional_flag(self, name: str) -> bool | None:
        value = self._value(name)
        if value is not None and not isinstance(value, bool):
            raise self._refuse(name, "true, false or null")
        return value

    def whole(self, name: str, least: int, most: int | None = None, optional: bool = False) -> int | None:
        value = self._value(name)
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._refuse(name, f"a whole number of at least {least}" + (" or null" if optional else ""))
        self._require_at_most(name, value, most)
        return value

    def number(
        self, name: str, above: float | None = None, most: int | None = None, optional: bool = False
    ) -> float | None:
        value = self._value(name)
        if value is None and optional:
            return None
        wrong = isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value)
        if wrong or (above is not None and value <= above):
            words = "a number" if above is None else f"a number above {above:g}"
            raise self._refuse(name, words + (" or null" if optional else ""))
        self._require_at_most(name, value, most)
        return float(value)

    def _require_at_most(self, name: str, value: float, most: int | None) -> None:
        if most is not None and value > most:
            raise self._refuse(name, f"at most {most:,}")


def shown(value: Any) -> str:
    """A value as a person would write it, in one line."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else one_line(value, 200)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False
