"""Boards side by side."""

from __future__ import annotations

from pathlib import Path

from sweeps.results import tables
from tests.sweeps.commands.conftest import Tool


def test_compare_says_unknown_without_replicates(tool: Tool, study: Path, tmp_path: Path) -> None:
    tool("leaderboard", study)
    other = tmp_path / "other.csv"
    board = tables.read(study / "leaderboard.csv")
    tables.write(other, board.assign(value=board["value"] + 1))
    result = tool("compare", study / "leaderboard.csv", other)
    assert result.returncode == 0, result.stderr
    assert "unknown" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    tables.write(other, board.assign(direction="maximize"))
    refused = tool("compare", study / "leaderboard.csv", other)
    assert refused.returncode == 2
    assert "direction" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_boards_are_called_by_their_names_dots_and_all(tool: Tool, study: Path, tmp_path: Path) -> None:
    tool("leaderboard", study)
    names = [tmp_path / name for name in ("rate0.002.csv", "rate0.006.csv")]
    for name in names:
        name.write_bytes((study / "leaderboard.csv").read_bytes())
    result = tool("compare", *names)
    assert result.returncode == 0, result.stderr
    assert "rate0.002  rate0.006" in result.stdout
