"""Boards to compare, made of their trials' parameters and values."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

LOW = [1.0, 1.1, 0.9, 1.05]
HIGH = [2.0, 2.1, 1.9, 2.05]

Trial = tuple[dict[str, Any], Sequence[float]]


def board_of(*trials: Trial, **columns: Any) -> pd.DataFrame:
    """A board of complete trials, each of its parameters and values."""
    values = [list(map(float, sample)) for _, sample in trials]
    frame = pd.DataFrame({"rank": range(1, len(trials) + 1), "trial": range(len(trials))}, dtype="Int64")
    frame["state"] = pd.array(["COMPLETE"] * len(trials), dtype="string")
    frame["value"] = [float(np.mean(sample)) for sample in values]
    frame["replicates"] = pd.array([" ".join(map(repr, sample)) for sample in values], dtype="string")
    for name in dict.fromkeys(name for parameters, _ in trials for name in parameters):
        frame[f"params_{name}"] = [parameters.get(name, pd.NA) for parameters, _ in trials]
    frame = frame.assign(objective="val_loss", direction="minimize", data_split_seed=0)
    return frame.assign(data_name="mnist_5k", data_fingerprint="0123456789abcdef").assign(**columns)


def grid(samples: Sequence[Sequence[float]], **columns: Any) -> pd.DataFrame:
    """A board of one parameter."""
    return board_of(*(({"hidden": i}, sample) for i, sample in enumerate(samples)), **columns)


def read(frame: pd.DataFrame) -> pd.DataFrame:
    """The same board from a CSV."""
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)))
