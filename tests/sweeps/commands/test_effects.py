"""What each choice adds, on the terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from sweeps.results import tables
from tests.sweeps.commands.conftest import Tool
from tests.sweeps.conftest import folder_of
from tests.sweeps.conftest import sweep as sweep  # the fixture
from tests.sweeps.results.boards import board_of


@pytest.fixture
def board(tmp_path: Path) -> Path:
    trials = [
        ({"size": size, "kind": kind}, [10 * size + noise])
        for size, kind, noise in [
            (1, "a", 0.1), (1, "b", -0.2), (2, "a", 0.2), (2, "b", 0.0), (3, "a", -0.1), (3, "b", 0.1)
        ]
    ]  # fmt: skip
    path = tmp_path / "board.csv"
    tables.write(path, board_of(*trials))
    return path


def test_a_board_says_what_matters(tool: Tool, board: Path) -> None:
    result = tool("effects", board)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["parameter", "choice", "effect", "low", "high", "p", "trials"]
    assert lines[2].split()[:2] == ["size", "1"]
    assert "val_loss of 6 trials: 20.0167 on average over the choices" in result.stdout
    assert "size: matters (F(2, 2) = " in result.stdout
    assert result.stdout.splitlines()[-2].endswith("; 1 is best")
    assert "kind: may be chance (F(1, 2) = " in result.stdout
    assert result.stderr == ""


def test_other_formats_hold_the_same(tool: Tool, board: Path) -> None:
    frame = pd.read_csv(io.StringIO(tool("effects", board, "--format", "csv").stdout))
    rows = json.loads(tool("effects", board, "--format", "json").stdout)
    assert [row["effect"] for row in rows] == pytest.approx(list(frame["effect"]))
    assert list(frame["trials"]) == [2, 2, 2, 3, 3]
    assert tool("effects", board, "--format", "markdown").stdout.startswith("| parameter | choice |")


def test_a_study_by_what_trials_reported_at_a_step(tool: Tool, sweep: object, tmp_path: Path) -> None:
    result = sweep("x=0,1,2", "y=1,2,4", "momentum=0,1")  # type: ignore[operator]
    assert result.returncode == 0, result.stderr
    folder = folder_of(tmp_path)
    whole, early = tool("effects", folder), tool("effects", folder, "--step", "1")
    # Their way is 1 / step above the end, whatever the parameters.
    assert whole.stdout.splitlines()[2:10] == early.stdout.splitlines()[2:10]
    told = [line for line in early.stdout.splitlines() if "on average" in line]
    assert told != [line for line in whole.stdout.splitlines() if "on average" in line]
    assert "x: 0 is best; there is no noise" in whole.stdout
    nowhere = tool("effects", folder, "--step", "99")
    assert (nowhere.returncode, len(nowhere.stderr.splitlines())) == (2, 1)
    assert "step 99: no trial that has ended reported a value there" in nowhere.stderr


def test_a_misfit_is_named_and_can_be_left_out(tool: Tool, tmp_path: Path) -> None:
    values = [1.1, 0.9, 1.05, 2.0, 1.95, 2.1, 1.0, 0.95, 2.05, 30.0]
    path = tmp_path / "board.csv"
    tables.write(path, board_of(*(({"x": int(value > 1.5)}, [value]) for value in values)))
    result = tool("effects", path)
    assert "note: trial 9 came to 30 where its choices add up to" in result.stderr
    assert "may be chance" in result.stdout
    again = tool("effects", "--without", "9", "--without", "3", path)
    assert again.stderr == ""
    assert "val_loss of 8 trials" in again.stdout
    assert "x: matters" in again.stdout
    refused = tool("effects", path, "--without", "77")
    assert (refused.returncode, refused.stderr) == (2, f"error: {path}: --without=77: no such trial\n")


def test_a_table_that_is_no_board_is_refused_in_one_line(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for more in ((), ("--without", "1")):
        result = tool("effects", "table.csv", *more)
        assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "the board lacks trial, state, value" in tool("effects", "table.csv").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--confidence", "2"), "--confidence=2.0: must be above 0 and below 1"),
        (("--step", "3"), "--step=3: a table has no steps; give the study's folder"),
        (("--step", "0"), "'0': must be a whole number of at least 1"),
    ],
)
def test_bad_arguments_are_one_line(
    tool: Tool, board: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = tool("effects", board, *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
