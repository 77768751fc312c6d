"""`record.json`, where a job writes one: the flat maps of it that a study reads, and its state."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from sweeps import attributes
from sweeps.atomic import write_text

NAME = "record.json"


def folders_of(trial: FrozenTrial) -> list[str]:
    """The folders of a trial's jobs, one a replicate, below the study's; none before it has run."""
    job = trial.user_attrs.get(attributes.JOB, {})
    return job.get("replicates") or [job[key] for key in ("folder",) if key in job]


def read(folder: str | Path) -> dict[str, Any] | None:
    """The record in a job's folder; None where there is none that can be read."""
    try:
        record = json.loads((Path(folder) / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def values(folder: str | Path, names: Sequence[str]) -> list[float]:
    """Numbers of a record by name: its metrics come before its provenance.

    Raises:
        KeyError: there is no such number; the message names it and what there is.
    """
    record = read(folder)
    if record is None:
        raise KeyError(f"hydra.sweeper.objective needs {NAME} in the job's folder; there is none")
    known = {**record.get("provenance", {}), **record.get("metrics", {})}
    numbers = {
        name: float(value)
        for name, value in known.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    }
    for name in names:
        if name not in numbers:
            raise KeyError(f"hydra.sweeper.objective={name}: the record has {', '.join(sorted(numbers))}")
    return [numbers[name] for name in names]


def close_abandoned(folder: str | Path, reason: str) -> None:
    """Says FAIL and why in the record of a job whose process died: nobody else can."""
    record = read(folder)
    if record is None or record.get("state") != "RUNNING":
        return
    text = json.dumps({**record, "state": "FAIL", "reason": reason}, indent=2)
    write_text(Path(folder) / NAME, text + "\n")
