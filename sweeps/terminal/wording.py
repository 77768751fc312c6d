"""Paths, parameters and durations in words for people."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from sweeps.space.parameter import Value, value_text


def shown_path(path: Path) -> str:
    """A path as people would type it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def shown_params(params: Mapping[str, Value]) -> str:
    """Parameters as overrides."""
    return (
        " ".join(shlex.quote(f"{name}={_short(value)}") for name, value in params.items())
        or "(no parameters)"
    )


def short_names(names: Sequence[str]) -> dict[str, str]:
    """The last part of each dotted name where that is enough to tell them apart."""
    last = [name.rsplit(".", 1)[-1] for name in names]
    return {name: part if last.count(part) == 1 else name for name, part in zip(names, last, strict=True)}


def brief_params(params: Mapping[str, Value]) -> str:
    """Parameters where there is little room: not as a command line has them."""
    names = short_names(list(params))
    return " ".join(f"{names[name]}={_short(value)}" for name, value in params.items())


def _short(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else value_text(value)


def shown_seconds(seconds: float) -> str:
    """A duration in at most two units."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
