"""`record.json`, where a job writes one: the flat maps of it that a study reads, and its state."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from sweeps.inside.number import shown
from sweeps.study.trial import TrialView
from sweeps.system import received
from sweeps.system.atomic import write_text

NAME = "record.json"
FLAT = ("metrics", "provenance")
LONGEST = 10_000  # characters of a text in them; spreadsheets show 32,767


class MissingError(KeyError):
    """A record has no number of a name; the message says what there is."""

    def __str__(self) -> str:
        return str(self.args[0])


def read(folder: str | Path) -> dict[str, Any] | None:
    """The record in a job's folder, its flat maps without what is none; None where there is none that can be
    read."""
    record = _parsed(folder)
    if record is None:
        return None
    return {key: part for key, part in record.items() if key not in FLAT or isinstance(part, dict)}


def _parsed(folder: str | Path) -> dict[str, Any] | None:
    try:
        record = received.json_of(Path(folder) / NAME)
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def is_damaged(folder: str | Path) -> bool:
    """Whether there is a record in a job's folder, and it cannot be read."""
    return os.path.lexists(Path(folder) / NAME) and _parsed(folder) is None


def of_trial(trial: FrozenTrial, root: Path | None) -> list[dict[str, Any] | None]:
    """The records of a trial's jobs, one a replicate.

    Args:
        root: the study's folder; None where there is none.
    """
    return [read(root / own) for own in TrialView(trial).folders] if root is not None else []


def flat(record: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """A flat map of a record: its numbers, truth values and texts by name; what else somebody may have put
    there is left out."""
    return {own: value for own, value in (record or {}).get(name, {}).items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST
    if isinstance(value, int):
        return abs(value) < 2**63
    return value is None or isinstance(value, float)


def number(value: Any) -> float | None:
    """A finite number that JSON holds; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def values(folder: str | Path, names: Sequence[str]) -> list[float]:
    """Numbers of a record by name: its metrics come before its provenance.

    Raises:
        MissingError: there is no such number; the message names it and what there is.
    """
    record = read(folder)
    if record is None:
        raise MissingError(f"hydra.sweeper.objective needs {NAME} in the job's folder; there is none")
    fields = {**record.get("provenance", {}), **record.get("metrics", {})}
    numbers = {name: own for name, value in fields.items() if (own := number(value)) is not None}
    for name in names:
        if name not in numbers:
            there = f"is {shown(fields[name])}, not a finite number; " if name in fields else ""
            known_numbers = ", ".join(sorted(numbers)) or "none"
            raise MissingError(f"hydra.sweeper.objective={name}: {there}the record has {known_numbers}")
    return [numbers[name] for name in names]


def close_all(root: Path, trial: FrozenTrial, reason: str) -> None:
    """Says FAIL and why in the records of a trial's jobs that say RUNNING.

    Args:
        root: the study's folder.
    """
    for own in TrialView(trial).folders:
        close_abandoned(root / own, reason)


def close_abandoned(folder: str | Path, reason: str) -> None:
    """Says FAIL and why in the record of a job whose process died: nobody else can."""
    record = _parsed(folder)
    if record is None or record.get("state") != "RUNNING":
        return
    text = json.dumps({**record, "state": "FAIL", "reason": reason}, indent=2)
    write_text(Path(folder) / NAME, text + "\n")
