"""Checkpoints are deleted, after a question."""

from __future__ import annotations

from pathlib import Path

from tests.sweeps.commands.conftest import Tool


def test_gc_deletes_only_what_it_shows_and_only_when_told(tool: Tool, study: Path) -> None:
    asked = tool("gc", study, "--keep", "2")
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert (study / "0" / "checkpoints").exists()
    result = tool("gc", study, "--keep", "2", "--yes")
    assert result.returncode == 0, result.stderr
    assert "4 folders, 2.0 MiB" in result.stdout
    kept = [number for number in range(6) if (study / str(number) / "checkpoints").exists()]
    assert kept == [1, 3]
    assert all((study / str(number) / "kept").exists() for number in range(6))
    assert "nothing to delete" in tool("gc", study, "--keep", "2", "--yes").stdout
