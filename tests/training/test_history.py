from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.errors import UserError
from lstm_vae.training import history
from lstm_vae.training.history import COLUMNS, EpochRow

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.builds(EpochRow, st.just(0), *[NUMBERS] * (len(COLUMNS) - 1)), min_size=1, max_size=6)


def numbered(rows: list[EpochRow]) -> list[EpochRow]:
    return [EpochRow(**{**vars(row), "epoch": number}) for number, row in enumerate(rows, start=1)]


@given(ROWS)
def test_rows_read_back_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, rows: list[EpochRow]
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.csv"
    rows = numbered(rows)
    for row in rows:
        history.append(path, row)
    assert history.read(path) == rows
    assert history.best(rows).val_loss == min(row.val_loss for row in rows)


@given(ROWS, st.data())
def test_later_rows_and_torn_ones_are_dropped(
    tmp_path_factory: pytest.TempPathFactory, rows: list[EpochRow], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.csv"
    rows = numbered(rows)
    for row in rows:
        history.append(path, row)
    with path.open("a") as file:
        file.write("99,1.0,2")
    assert history.read_whole(path) == rows
    assert all(history.read_through(path, epoch) == rows[:epoch] for epoch in range(len(rows) + 1))
    assert history.count(path) == len(rows)
    epoch = data.draw(st.integers(0, len(rows)))
    assert history.keep_through(path, epoch) == rows[:epoch]
    assert history.read(path) == rows[:epoch]


@pytest.mark.parametrize("torn", ["", "ep", ",".join(COLUMNS), ",".join(COLUMNS) + "\n1,2"])
def test_a_torn_heading_is_written_anew(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(torn)
    assert history.keep_through(path, 0) == []
    row = EpochRow(1, *(float(number) for number in range(len(COLUMNS) - 1)))
    history.append(path, row)
    assert history.read(path) == [row]


def test_a_run_without_a_history_has_no_rows(tmp_path: Path) -> None:
    assert history.keep_through(tmp_path / "history.csv", 0) == []


@pytest.mark.parametrize(
    "content", ["", "a,b\n1,2\n", ",".join(COLUMNS) + "\nx" + ",1" * (len(COLUMNS) - 1) + "\n"]
)
def test_what_is_no_history_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(content)
    with pytest.raises(UserError, match=r"history\.csv: not a history"):
        history.read(path)
    with pytest.raises(UserError, match="cannot be read"):
        history.read(tmp_path / "none.csv")
