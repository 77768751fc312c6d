"""A program that writes `record.json` as a run does: RUNNING as it begins, and at its end what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

import sweeps
from sweeps.system.atomic import write_text


@hydra.main(version_base="1.3", config_path=None, config_name=None)
def main(cfg: DictConfig) -> float:
    """A bowl around x = 1."""
    path = Path(HydraConfig.get().runtime.output_dir) / "record.json"
    record: dict[str, Any] = {"state": "RUNNING", "provenance": {"x": cfg.x}}
    write_text(path, json.dumps(record))
    value = float((cfg.x - 1) ** 2)
    sweeps.report(value, 1)
    record |= {
        "state": "COMPLETE",
        "metrics": {"loss": value},
        "objective": {"value": value, "direction": "minimize"},
    }
    write_text(path, json.dumps(record))
    return value


if __name__ == "__main__":
    main()
