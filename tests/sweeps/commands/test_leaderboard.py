"""A study's trials, as people ask for them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.sweeps.commands.conftest import Tool
from tests.sweeps.screen import Screen


def test_the_table_fits_a_terminal_and_has_what_matters(tool: Tool, study: Path) -> None:
    result = tool("leaderboard", study)
    assert result.returncode == 0, result.stderr
    rows = result.stdout.splitlines()
    assert all(len(line) <= 80 for line in rows)
    assert {"rank", "value", "x", "shape"} <= set(rows[0].split())
    assert rows[2].split()[:3] == ["1", "3", "-0.6667"]
    assert len(rows) == 8


@pytest.mark.long
@pytest.mark.parametrize(("columns", "fits"), [(40, False), (100, True)])
def test_on_a_terminal_the_table_has_what_fits_its_width(study: Path, columns: int, fits: bool) -> None:
    screen = Screen([sys.executable, "-m", "sweeps", "leaderboard", str(study)], study, columns=columns)
    try:
        assert screen.wait() == 0
        heading = screen.lines[0].split()
        assert {"rank", "value", "x", "shape"} <= set(heading)
        assert ("seconds" in heading) == fits
    finally:
        screen.kill()


def test_leaderboard_in_other_formats(tool: Tool, study: Path) -> None:
    text = tool("leaderboard", study, "--format", "csv", "--top", "2").stdout
    assert text.splitlines() == (study / "leaderboard.csv").read_text().splitlines()[:3]
    rows = json.loads(tool("leaderboard", study, "--format", "json").stdout)
    assert [row["trial"] for row in rows] == [3, 1, 2, 0, 4, 5]
    markdown = tool("leaderboard", study, "--format", "markdown", "--sort=-x").stdout.splitlines()
    assert markdown[0].startswith("| rank | trial | state | value | x | shape |")
    assert "| 1.00 | round |" in markdown[2]
    refused = tool("leaderboard", study, "--sort", "nothing")
    assert refused.returncode == 2
    assert "--sort=nothing: no such column" in refused.stderr


def test_both_tables_can_be_made_anew(tool: Tool, study: Path) -> None:
    before = (study / "trials.csv").read_text(), (study / "leaderboard.csv").read_text()
    (study / "trials.csv").write_text("foreign\n")
    (study / "leaderboard.csv").unlink()
    assert tool("leaderboard", study, "--rebuild").returncode == 0
    assert ((study / "trials.csv").read_text(), (study / "leaderboard.csv").read_text()) == before
