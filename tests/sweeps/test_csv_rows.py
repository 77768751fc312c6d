from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweeps import csv_rows

CELLS = st.text(max_size=12) | st.text("='+-@\t\r\n\",|1. ", max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_any_text_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.csv"
    csv_rows.write_rows(
        path, [{"a": "x", "=b": "y", "c": "z"}, *({"a": a, "=b": b, "c": c} for a, b, c in rows)]
    )
    header, found = csv_rows.read_cells(path)
    assert header == ["a", "=b", "c"]
    assert found == [["x", "y", "z"], *rows]


@given(CELLS)
@example("\t0")
def test_only_numbers_begin_like_a_formula(cell: str) -> None:
    ((shown,),) = csv.reader(io.StringIO(csv_rows.line([cell]), newline=""))
    assert shown[:1] not in ("=", "@", "\t", "\r")
    if shown[:1] in ("+", "-"):
        assert [float(part) for part in shown.split(" ")]


def test_appended_rows_keep_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    csv_rows.append(path, {"trial": 0, "=x": "=1"})
    csv_rows.append(path, {"trial": 1, "=x": -1.5})
    assert path.read_text() == "trial,'=x\n0,'=1\n1,-1.5\n"
    assert csv_rows.read_cells(path) == (["trial", "=x"], [["0", "=1"], ["1", "-1.5"]])
    assert csv_rows.numbers_of(path) == {0, 1}
