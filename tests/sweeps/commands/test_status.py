"""How a study stands."""

from __future__ import annotations

from pathlib import Path

from tests.sweeps.commands.conftest import Tool


def test_status_counts_and_names_the_best(tool: Tool, study: Path) -> None:
    result = tool("status", study)
    assert result.returncode == 0, result.stderr
    assert "4 complete, 0 pruned, 2 failed, 0 tried again, 0 running, 0 waiting" in result.stdout
    assert "best: -0.666667 (trial 3) x=0.3 shape=wide" in result.stdout
