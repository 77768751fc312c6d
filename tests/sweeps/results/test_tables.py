"""Typed frames as CSV and back."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.errors import SweepError
from sweeps.results import tables
from sweeps.results.csv_file import append, read_cells

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
cells = st.one_of(
    st.none(),
    st.integers(-(10**17), 10**17),
    st.booleans(),
    st.floats(allow_nan=False),
    words.map(lambda t: t + '",x'),
)


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "value", "trial_x", "params_x"]), cells), max_size=6)
)
def test_what_is_read_is_what_was_written(tmp_path_factory: Any, rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "value": row["value"] if isinstance(row.get("value"), float) else None} for row in rows]
    frame = tables.frame_of(rows, ("rank", "trial", "value"))
    path = tmp_path_factory.mktemp("tables") / "frame.csv"
    tables.write(path, frame)
    pd.testing.assert_frame_equal(tables.read(path), frame, check_exact=True)


@given(st.floats(allow_nan=False))
def test_floats_come_back_to_the_last_bit(tmp_path_factory: Any, number: float) -> None:
    path = tmp_path_factory.mktemp("tables") / "frame.csv"
    tables.write(path, tables.frame_of([{"value": number}]))
    assert tables.read(path)["value"].tolist() == [number]


def test_types_follow_from_the_values() -> None:
    rows: list[dict[str, Any]] = [
        {"trial": 0, "params_a": 1, "params_b": 1, "params_c": True, "params_d": "[64]", "reason": None},
        {"trial": 1, "params_a": 2, "params_b": 0.5, "params_c": None, "params_d": 3, "reason": None},
    ]
    frame = tables.frame_of(rows)
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert types == {
        "trial": "Int64",
        "params_a": "Int64",
        "params_b": "float64",
        "params_c": "boolean",
        "params_d": "str",
        "reason": "str",
    }


def test_appending_reads_no_other_row(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    append(path, {"trial": 0, "value": 1.5})
    # A line that no reader could take, in the middle: appending must not look at it.
    with path.open("ab") as file:
        file.write(b"\xff\xfe not text\n")
    append(path, {"trial": 1, "value": 2.5})
    assert path.read_bytes().endswith(b"\n1,2.5\n")


def test_a_new_column_widens_the_file(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    append(path, {"trial": 0, "reason": "a, b"})
    append(path, {"trial": 1, "value": 0.25, "folder": None})
    frame = tables.read(path)
    assert list(frame.columns) == ["trial", "reason", "value"]
    assert frame["reason"].tolist()[0] == "a, b"
    assert math.isnan(frame["value"][0])
    assert frame["value"][1] == 0.25


def test_a_torn_row_is_closed_and_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    append(path, {"trial": 0, "value": 1.0})
    with path.open("a") as file:
        file.write("1,2")
    append(path, {"trial": 2, "value": 3.0})
    _, rows = read_cells(path)
    assert rows[-1] == ["2", "3.0"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"trial,value\n0,1.0\n1\n", "line 3 has 1 fields, not 2"),
        (b"trial,trial\n0,1\n", "a column stands there twice"),
        (b"trial,value\nx,1.0\n", "no board"),
        (b"\xff\xfe\x00", "no CSV"),
        (None, "cannot be read"),
    ],
)
def test_malformed_tables_are_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "board.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SweepError) as refused:
        tables.read(path)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)
