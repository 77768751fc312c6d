"""Which parameters matter."""

from __future__ import annotations

from pathlib import Path

from tests.sweeps.commands.conftest import Tool


def test_importance_names_the_parameters(tool: Tool, study: Path) -> None:
    result = tool("importance", study)
    assert result.returncode == 0, result.stderr
    assert "shape" in result.stdout
