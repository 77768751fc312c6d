"""`record.json`: the single machine-readable account of a run. Plain JSON, written whole or not at all."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from lstm_vae.atomic import json_of, replacing
from lstm_vae.errors import UserError

SCHEMA_VERSION = 1
State = Literal["RUNNING", "COMPLETE", "PRUNED", "FAIL"]
STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL")


@dataclass(frozen=True)
class Objective:
    """What a search minimises.

    Attributes:
        value: None until the run is evaluated.
    """

    name: str = "val_loss"
    direction: str = "minimize"
    unit: str = "nats/image"
    value: float | None = None


@dataclass(frozen=True)
class Record:
    """The account of one run.

    Attributes:
        state: as Optuna names them.
        reason: why it is FAIL or PRUNED, else None.
        objective: validation BCE + KL at beta = 1.
        metrics: flat, by name.
        units: of the metrics, by name.
        provenance: flat: data, seed, epochs, sizes, times, versions, hardware, commit.
        config: resolved, nested.
        config_hash: of the part of it that says what is computed.
        overrides: the command line's, as Hydra took them.
    """

    state: State
    config: dict[str, Any]
    config_hash: str
    reason: str | None = None
    objective: Objective = field(default_factory=Objective)
    metrics: dict[str, float | int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    overrides: list[str] = field(default_factory=list)
    schema_version: int = SCHEMA_VERSION

    def updated(self, provenance: dict[str, Any] | None = None, **changes: Any) -> Record:
        """A copy with fields replaced and entries of `provenance` added."""
        return replace(self, provenance={**self.provenance, **(provenance or {})}, **changes)


def write(path: Path, record: Record) -> None:
    """Writes the record; a reader finds the old one or the new one, never a part.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot say.
        OSError: the file cannot be written.
    """
    text = json.dumps(asdict(record), indent=2, allow_nan=False)
    with replacing(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> Record:
    """Reads a record.

    Raises:
        UserError: the file is missing, torn, or no record.
    """
    try:
        values = json_of(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UserError(f"{path}: not a record ({error})") from None
    try:
        if values["state"] not in STATES or values["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"state {values['state']}, schema version {values['schema_version']}")
        account = Record(**{**values, "objective": Objective(**values["objective"])})
        _require_types(account)
        return account
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: not a record of this version ({error})") from None


def _require_types(account: Record) -> None:
    objective = account.objective
    for name, value, kind in (
        ("config", account.config, dict),
        ("config_hash", account.config_hash, str),
        ("reason", account.reason, (str, type(None))),
        ("metrics", account.metrics, dict),
        ("units", account.units, dict),
        ("provenance", account.provenance, dict),
        ("overrides", account.overrides, list),
        ("objective.name", objective.name, str),
        ("objective.direction", objective.direction, str),
        ("objective.unit", objective.unit, str),
        ("objective.value", objective.value, (int, float, type(None))),
    ):
        if not isinstance(value, kind):
            raise ValueError(f"{name} is {type(value).__name__}")
    for name, value in account.metrics.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"metrics.{name} is {type(value).__name__}")
        _require_finite(f"metrics.{name}", value)
    if objective.value is not None:
        _require_finite("objective.value", objective.value)


def _require_finite(name: str, value: float) -> None:
    try:
        finite = not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        finite = False
    if not finite:
        raise ValueError(f"{name} is no finite number")
