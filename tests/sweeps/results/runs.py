"""Folders of runs, as programs leave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def leave_run(
    folder: Path, record: dict[str, Any] | None, history: str | None = None, hydra: str | None = None
) -> Path:
    """A folder with what is given."""
    folder.mkdir(parents=True, exist_ok=True)
    if record is not None:
        (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    if history is not None:
        (folder / "history.csv").write_text(history, encoding="utf-8")
    if hydra is not None:
        (folder / ".hydra").mkdir()
        (folder / ".hydra" / "config.yaml").write_text(hydra, encoding="utf-8")
    return folder


def record_of(hidden: list[int], loss: float, **provenance: Any) -> dict[str, Any]:
    """A record of a run with one size, one metric."""
    return {
        "state": "COMPLETE",
        "config": {"encoder": {"hidden": hidden, "dropout": 0.0}, "seed": 0},
        "metrics": {"val_loss": loss, "note": "text"},
        "units": {"val_loss": "nats/image"},
        "provenance": {"started": str(loss), "commit": "abc", **provenance},
    }


HISTORY = "epoch,loss,val_loss\n1,30.0,31.0\n2,20.0,21.0\n3,15.0,nan\n"
