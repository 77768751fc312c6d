"""A program whose jobs return what `kind` says: numbers, and what is none."""

from __future__ import annotations

import json
import math
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import hydra
import numpy as np
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

import sweeps


class Broken:
    def __float__(self) -> float:
        raise RuntimeError("the tensor is gone")

    def __repr__(self) -> str:
        return "<broken\n>"


def reported(value: Any, step: Any = 1) -> float:
    sweeps.report(value, step)
    return 3.0


def again(step: int) -> float:
    sweeps.report(1.0, 2)
    return reported(1.0, step)


def recorded(metrics: Any) -> float:
    text = json.dumps({"state": "COMPLETE", "metrics": metrics, "provenance": []})
    (Path(HydraConfig.get().runtime.output_dir) / "record.json").write_text(text)
    return 4.0


NEEDED = "; the study needs a number"
FINITE = "; the study needs a finite number"
STEP = ": must be a whole number from 0 to 2147483647"
# What a job returns by its kind, and why its trial then is FAIL; None where it is COMPLETE.
KINDS = {
    "float": (lambda: 1.5, None),
    "numpy": (lambda: np.float32(2.5), None),
    "array": (lambda: np.array([2.0]), None),
    "decimal": (lambda: Decimal("1.25"), None),
    "undefined": (lambda: math.nan, "the job returned NaN"),
    "infinite": (lambda: math.inf, "the job returned inf" + FINITE),
    "best_of_all": (lambda: -math.inf, "the job returned -inf" + FINITE),
    "huge": (lambda: 10**400, "the job returned inf" + FINITE),
    "nothing": (lambda: None, "the job returned None" + NEEDED),
    "text": (lambda: "1.5", "the job returned '1.5'" + NEEDED),
    "truth": (lambda: True, "the job returned True" + NEEDED),
    "tuple": (lambda: (1.0, 2.0), "the job returned 2 values; hydra.sweeper.direction names 1"),
    "mapping": (lambda: {"loss": 1.0}, "the job returned {'loss': 1.0}" + NEEDED),
    "broken": (lambda: Broken(), "the job returned <broken >" + NEEDED),
    "left": (lambda: sys.exit("no data\nthere"), "the job left with exit code 1: no data there"),
    "report_numpy": (lambda: reported(np.float32(1), np.int64(1)), None),
    "report_text": (lambda: reported("1.5"), "TypeError: sweeps.report(value='1.5'): must be a number"),
    "report_none": (lambda: reported(None), "TypeError: sweeps.report(value=None): must be a number"),
    "report_half": (lambda: reported(1, 1.5), "ValueError: sweeps.report(step=1.5)" + STEP),
    "report_below": (lambda: reported(1, -1), "ValueError: sweeps.report(step=-1)" + STEP),
    "report_again": (lambda: again(2), "ValueError: sweeps.report(step=2): must rise; 2 has been reported"),
    "report_falls": (lambda: again(1), "ValueError: sweeps.report(step=1): must rise; 2 has been reported"),
    "record_odd": (lambda: recorded([math.nan]), None),
    "record_named": (lambda: recorded({"rank": "x", "last_step": "y", "loss": math.nan, "z": 10**400}), None),
}  # fmt: skip


@hydra.main(version_base="1.3", config_path=None, config_name=None)
def main(cfg: DictConfig) -> object:
    return KINDS[cfg.kind][0]()


if __name__ == "__main__":
    main()
