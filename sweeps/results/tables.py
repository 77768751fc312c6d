"""Typed frames as CSV and back, to the last digit.

A frame's types follow from its values as text, both when it is made and when it is read, so that what is
read is what was written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweeps.errors import SweepError
from sweeps.results.csv_file import cell, line, read_cells
from sweeps.system.atomic import write_text
from sweeps.text import one_line

WHOLE = re.compile(r"-?[0-9]{1,18}")
# Types that do not follow from the values where a column is empty, or only looks like numbers.
TYPES = {
    "rank": "Int64",
    "trial": "Int64",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "last_step": "Int64",
    "retry_of": "Int64",
    "continues": "Int64",
    "trial_seconds": "float64",
    "state": "str",
    "replicates": "str",
    "reason": "str",
    "folder": "str",
    "objective": "str",
    "direction": "str",
    "config_hash": "str",
    "data_name": "str",
    "data_fingerprint": "str",
    "git_commit": "str",
}


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Iterable[str] = ()) -> pd.DataFrame:
    """A typed frame of rows; `columns` come first and exist even where no row has them."""
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    return typed({name: [cell(row.get(name)) for row in rows] for name in names})


def typed(columns: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Columns of text as a frame: whole numbers, booleans, floats or text, whatever all values allow."""
    return pd.DataFrame({name: _series(name, values) for name, values in columns.items()})


def fits(name: str, value: str) -> bool:
    """Whether a value as text may stand in a column whose type does not follow from its values."""
    kind = TYPES.get(name)
    if not value or kind in (None, "str"):
        return True
    if kind == "Int64":
        return WHOLE.fullmatch(value) is not None
    try:
        float(value)
    except ValueError:
        return False
    return True


def _series(name: str, values: Sequence[str]) -> pd.Series:
    kind = TYPES.get(name) or _kind(values)
    if kind == "Int64":
        return pd.Series([int(v) if v else None for v in values], dtype="Int64")
    if kind == "boolean":
        return pd.Series([v == "true" if v else None for v in values], dtype="boolean")
    if kind == "float64":
        return pd.Series([float(v) if v else math.nan for v in values], dtype="float64")
    return pd.Series([v if v else None for v in values], dtype="str")


def _kind(values: Sequence[str]) -> str:
    present = {value for value in values if value}
    if not present:
        return "str"
    if all(WHOLE.fullmatch(value) for value in present):
        return "Int64"
    if present <= {"true", "false"}:
        return "boolean"
    try:
        for value in present:
            float(value)
    except ValueError:
        return "str"
    return "str" if any("_" in value for value in present) else "float64"


def text_of(frame: pd.DataFrame) -> str:
    """The frame as CSV."""
    columns = [[_shown(value) for value in frame[name]] for name in frame.columns]
    return line([cell(name) for name in frame.columns]) + "".join(map(line, zip(*columns, strict=True)))


def _shown(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return cell(bool(value) if isinstance(value, np.bool_) else value)


def write(path: Path, frame: pd.DataFrame) -> None:
    """Writes a frame; a reader finds the old file or the new one."""
    write_text(path, text_of(frame))


def read(path: Path) -> pd.DataFrame:
    """Reads a frame that `write` wrote.

    Raises:
        SweepError: the file is missing, empty, torn or no table.
    """
    header, rows = read_cells(path)
    columns: dict[str, list[str]] = {name: [] for name in header}
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise SweepError(
                f"{path}: line {number} has {len(row)} fields, not {len(header)}: torn or no board"
            )
        for name, value in zip(header, row, strict=True):
            columns[name].append(value)
    try:
        return typed(columns)
    except (ValueError, OverflowError) as error:
        raise SweepError(f"{path}: no board ({one_line(error, 200)})") from None
