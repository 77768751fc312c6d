"""All that a study knows, as a file."""

from __future__ import annotations

from pathlib import Path

from sweeps.results import tables
from tests.sweeps.commands.conftest import Tool


def test_export_writes_all_there_is_and_over_nothing(tool: Tool, study: Path, tmp_path: Path) -> None:
    assert tool("export", study, "all.csv").returncode == 0
    assert len(tables.read(tmp_path / "all.csv")) == 6
    again = tool("export", study, "all.csv")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    assert tool("export", study, "curves.csv", "--curves").returncode == 0
    assert len(tables.read(tmp_path / "curves.csv")) == 12
