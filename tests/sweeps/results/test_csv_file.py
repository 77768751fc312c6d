from __future__ import annotations

import csv
import io
import itertools
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweeps.results import csv_file

CELLS = st.text(max_size=12) | st.text("='+-@\t\r\n\",|1. ", max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_any_text_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.csv"
    csv_file.write_rows(
        path, [{"a": "x", "=b": "y", "c": "z"}, *({"a": a, "=b": b, "c": c} for a, b, c in rows)]
    )
    header, found = csv_file.read_cells(path)
    assert header == ["a", "=b", "c"]
    assert found == [["x", "y", "z"], *rows]


@given(CELLS)
@example("\t0")
def test_only_numbers_begin_like_a_formula(cell: str) -> None:
    ((shown,),) = csv.reader(io.StringIO(csv_file.line([cell]), newline=""))
    assert shown[:1] not in ("=", "@", "\t", "\r")
    if shown[:1] in ("+", "-"):
        assert [float(part) for part in shown.split(" ")]


NAMES = [*"zyabc"]


@st.composite
def rows_of_one_order(draw: st.DrawFn) -> list[dict[str, int]]:
    """Rows that have the columns in the same order, each some of them."""
    names = draw(st.permutations(NAMES))
    chosen = draw(st.lists(st.sets(st.sampled_from(NAMES)), min_size=1, max_size=5))
    return [{"trial": n, **{name: 1 for name in names if name in own}} for n, own in enumerate(chosen)]


@given(rows_of_one_order(), st.randoms())
def test_columns_do_not_depend_on_which_row_came_first(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, int]], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    csv_file.write_rows(folder / "at once.csv", rows)
    header, _ = csv_file.read_cells(folder / "at once.csv")
    for row in rows:
        assert [name for name in header if name in row] == list(row)
    chance.shuffle(rows)
    for row in rows:
        csv_file.append(folder / "one by one.csv", row)
    lines = [sorted(path.read_text().splitlines()) for path in sorted(folder.iterdir())]
    assert lines[0] == lines[1]


def test_rows_that_contradict_each_other_have_an_order_too() -> None:
    rows = [["trial", "a", "b"], ["trial", "b", "c"], ["trial", "c", "a"]]
    for some in itertools.permutations(rows):
        assert csv_file.in_order(some) == ["trial", "a", "b", "c"]
    assert csv_file.in_order([]) == []


def test_appended_rows_keep_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    csv_file.append(path, {"trial": 0, "=x": "=1"})
    csv_file.append(path, {"trial": 1, "=x": -1.5})
    assert path.read_text() == "trial,'=x\n0,'=1\n1,-1.5\n"
    assert csv_file.read_cells(path) == (["trial", "=x"], [["0", "=1"], ["1", "-1.5"]])
    assert csv_file.numbers_of(path) == {0, 1}
