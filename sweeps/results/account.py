"""What a trial or a run says of itself in its folder: configuration, metrics, provenance, curves."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweeps.errors import SweepError
from sweeps.results import records
from sweeps.system import received

HISTORY = "history.csv"
MOST_HISTORY = 16 * 2**20  # bytes


@dataclass(frozen=True)
class RunAccount:
    """All of it; what a folder does not have is empty.

    Attributes:
        folder: the run's.
        state: as its record says.
        config: every field by its dotted name.
        metrics: of its record.
        units: of them.
        provenance: of its record: data, versions, times.
        curves: of `history.csv`: a column's finite numbers, by the number of the step.
    """

    folder: Path
    state: str
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    units: Mapping[str, str]
    provenance: Mapping[str, Any]
    curves: Mapping[str, Mapping[int, float]]


def read_account(folder: Path) -> RunAccount:
    """Reads a run's folder: `record.json`, `history.csv`, and `.hydra/config.yaml` where the record has no
    configuration.

    Raises:
        SweepError: the folder has neither.
    """
    record = records.read(folder)
    config = record.get("config") if record is not None else None
    if not isinstance(config, dict):
        config = _hydras(folder)
    if record is None and config is None:
        raise SweepError(f"{folder}: is no run's folder (it has neither record.json nor .hydra/config.yaml)")
    units = (record or {}).get("units")
    return RunAccount(
        folder=folder,
        state=str((record or {}).get("state", "")),
        config=flattened(config or {}),
        metrics=records.flat(record, "metrics"),
        units={k: v for k, v in units.items() if isinstance(v, str)} if isinstance(units, dict) else {},
        provenance=records.flat(record, "provenance"),
        curves=_curves(folder / HISTORY),
    )


def _hydras(folder: Path) -> dict[str, Any] | None:
    try:
        config = received.yaml_of(folder / ".hydra" / "config.yaml")
    except (OSError, ValueError):
        return None
    return config if isinstance(config, dict) else None


def flattened(tree: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Values of nested mappings by their dotted names; an empty mapping is a value."""
    result: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            result |= flattened(value, f"{prefix}{key}.")
        else:
            result[f"{prefix}{key}"] = value
    return result


def _curves(path: Path) -> dict[str, dict[int, float]]:
    """The columns of a table whose first one counts steps; none of what is no such table."""
    try:
        text = received.content(path, MOST_HISTORY).decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    if not rows:
        return {}
    step, *names = [name for name in rows[0] if name is not None]
    curves: dict[str, dict[int, float]] = {name: {} for name in names}
    for row in rows:
        at = _number(row.get(step))
        for name in names:
            value = _number(row.get(name))
            if at is not None and value is not None:
                curves[name][int(at)] = value
    return {name: curve for name, curve in curves.items() if curve}


def _number(text: object) -> float | None:
    try:
        value = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
