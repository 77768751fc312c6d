"""Boards that arguments name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sweeps.commands.boards import board_at
from sweeps.errors import SweepError
from sweeps.results import tables
from tests.sweeps.results.boards import LOW, grid


def test_a_table_and_a_studys_folder_are_boards(study: Path, tmp_path: Path) -> None:
    tables.write(tmp_path / "board.csv", grid([LOW]))
    pd.testing.assert_frame_equal(
        board_at(str(tmp_path / "board.csv"))[["trial", "value"]], grid([LOW])[["trial", "value"]]
    )
    board = board_at(str(study))
    assert len(board) == 6
    first = board_at(str(study), step=1)
    ended = board[board["state"] == "COMPLETE"]
    assert list(first["trial"]) == list(ended["trial"])
    assert (first["value"].to_numpy() > ended["value"].to_numpy()).all()  # 1 / step nearer at the end


def test_a_table_has_no_steps(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="--step=3: a table has no steps"):
        board_at(str(tmp_path / "board.csv"), step=3)
