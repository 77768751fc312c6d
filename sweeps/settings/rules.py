"""What a field of `hydra.sweeper` may hold: a rule a kind, which takes a value or refuses it in one line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from sweeps.errors import SweepError
from sweeps.system import received
from sweeps.text import one_line

LONGEST_NAME = 200  # bytes, of a study: names of files may have 255, and more is put around it


class Rule(Protocol):
    """What a field may hold."""

    def taken(self, name: str, value: Any, config: DictConfig) -> Any:
        """The value as `Settings` has it.

        Args:
            name: of the field, below `hydra.sweeper`.
            config: all that was composed, which says what option of a group was chosen.

        Raises:
            SweepError: it is not allowed.
        """


def refused(name: str, value: Any, requirement: str) -> SweepError:
    """That a value is not allowed, and what is."""
    return SweepError(f"hydra.sweeper.{name}={shown(value)}: must be {requirement}")


@dataclass(frozen=True)
class Text:
    """A text, or nothing."""

    def taken(self, name: str, value: Any, config: DictConfig) -> str | None:
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise refused(name, value, "a text or null")
        return value


@dataclass(frozen=True)
class Name:
    """A name, of which files and folders can be made, or nothing."""

    def taken(self, name: str, value: Any, config: DictConfig) -> str | None:
        text = Text().taken(name, value, config)
        if text is not None and not re.fullmatch(r"\w[\w .,:=+@-]*", text):
            requirement = "a name: letters, digits and any of .,:=+@_- and blanks, a letter first"
            raise refused(name, value, requirement)
        if text is not None and not received.fits(PurePath(text), LONGEST_NAME):
            raise refused(name, value, f"a name of at most {LONGEST_NAME} bytes")
        return text


@dataclass(frozen=True)
class Texts:
    """Any number of texts, or one by itself.

    Attributes:
        allowed: the only ones, of which there must be at least one; empty for any.
        optional: none of them is nothing.
    """

    allowed: tuple[str, ...] = ()
    optional: bool = False

    def taken(self, name: str, value: Any, config: DictConfig) -> tuple[str, ...] | None:
        values = [] if value is None else value if isinstance(value, list) else [value]
        if self.allowed and not (values and all(item in self.allowed for item in values)):
            raise refused(name, value, f"one of {', '.join(self.allowed)}, or a list")
        if not all(isinstance(item, str) and item.strip() for item in values):
            raise refused(name, value, "a text or a list of texts")
        return None if self.optional and not values else tuple(values)


@dataclass(frozen=True)
class Patterns:
    """Any number of patterns of files below a folder, or one by itself."""

    def taken(self, name: str, value: Any, config: DictConfig) -> tuple[str, ...]:
        patterns = Texts().taken(name, value, config) or ()
        if not all(map(_is_pattern, patterns)):
            raise refused(name, value, "patterns of files below the trial's folder, as figures/*.png")
        return patterns


def _is_pattern(text: str) -> bool:
    path = Path(text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        return False
    try:
        next(Path("nowhere").glob(text), None)
    except (ValueError, IndexError, NotImplementedError):
        return False
    return True


@dataclass(frozen=True)
class Items:
    """A list of anything."""

    def taken(self, name: str, value: Any, config: DictConfig) -> tuple[Any, ...]:
        if value is not None and not isinstance(value, list):
            raise refused(name, value, "a list")
        return tuple(value or ())


@dataclass(frozen=True)
class Pairs:
    """A mapping; nothing is an empty one.

    Attributes:
        optional: an empty one is nothing.
    """

    optional: bool = False

    def taken(self, name: str, value: Any, config: DictConfig) -> dict[str, Any] | None:
        if value is not None and not isinstance(value, Mapping):
            raise refused(name, value, "a mapping or null")
        pairs = {str(key): item for key, item in (value or {}).items()}
        return None if self.optional and not pairs else pairs


@dataclass(frozen=True)
class Component:
    """A mapping with the `_target_` of a sampler or a pruner."""

    def taken(self, name: str, value: Any, config: DictConfig) -> dict[str, Any]:
        if isinstance(value, Mapping) and isinstance(value.get("_target_"), str):
            return {str(key): item for key, item in value.items()}
        group = f"hydra/sweeper/optuna_study/{name}"
        options = [option.removesuffix(".yaml") for option in ConfigStore.instance().list(group)]
        choice = config.hydra.runtime.choices.get(group)
        if value is None and choice is not None and choice not in options:
            raise SweepError(f"{group}={choice}: no such option; must be one of {', '.join(options)}")
        option = value if value in options else "OPTION"
        raise refused(
            name,
            value,
            f"a mapping with the dotted path of a class as _target_; {group}={option} takes an option "
            f"({', '.join(options)})",
        )


@dataclass(frozen=True)
class Flag:
    """True or false.

    Attributes:
        optional: it may also be nothing.
    """

    optional: bool = False

    def taken(self, name: str, value: Any, config: DictConfig) -> bool | None:
        if (value is None and self.optional) or isinstance(value, bool):
            return value
        raise refused(name, value, "true, false or null" if self.optional else "true or false")


@dataclass(frozen=True)
class Whole:
    """A whole number.

    Attributes:
        optional: it may also be nothing.
    """

    least: int
    most: int | None = None
    optional: bool = False

    def taken(self, name: str, value: Any, config: DictConfig) -> int | None:
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < self.least:
            requirement = f"a whole number of at least {self.least}" + (" or null" if self.optional else "")
            raise refused(name, value, requirement)
        _require_at_most(name, value, self.most)
        return value


@dataclass(frozen=True)
class Number:
    """A finite number.

    Attributes:
        above: it must be more than this; None for any.
        optional: it may also be nothing.
    """

    above: float | None = None
    most: int | None = None
    optional: bool = False

    def taken(self, name: str, value: Any, config: DictConfig) -> float | None:
        if value is None and self.optional:
            return None
        wrong = isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value)
        if wrong or (self.above is not None and value <= self.above):
            words = "a number" if self.above is None else f"a number above {self.above:g}"
            raise refused(name, value, words + (" or null" if self.optional else ""))
        _require_at_most(name, value, self.most)
        return float(value)


@dataclass(frozen=True)
class Word:
    """One of some words."""

    allowed: tuple[str, ...]

    def taken(self, name: str, value: Any, config: DictConfig) -> str:
        if value not in self.allowed:
            raise refused(name, value, f"one of {', '.join(self.allowed)}")
        return str(value)


@dataclass(frozen=True)
class NumberOrWord:
    """A finite number above 0, one word, or nothing."""

    word: str

    def taken(self, name: str, value: Any, config: DictConfig) -> float | str | None:
        if value is None or value == self.word:
            return self.word if value is not None else None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value) or value <= 0:
            raise refused(name, value, f"a number above 0, {self.word} or null")
        return float(value)


def _require_at_most(name: str, value: float, most: int | None) -> None:
    if most is not None and value > most:
        raise refused(name, value, f"at most {most:,}")


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
