"""A dry run."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.sweeps.commands.conftest import Tool
from tests.sweeps.conftest import APP, command


def test_plan_launches_and_writes_nothing(tool: Tool, tmp_path: Path) -> None:
    result = tool("plan", *command("x=1,2", "shape=round,wide"))
    assert result.returncode == 0, result.stderr
    assert "4 combinations:" in result.stdout
    assert "x=2 shape=wide" in result.stdout
    assert list(tmp_path.iterdir()) == []
    refused = tool("plan", "python", "-m", "no_such_module", "x=1")
    assert refused.returncode == 2
    assert "needs the command of a multirun" in refused.stderr
    sampled = tool("plan", sys.executable, APP, "-m", "x=interval(0,1)", "hydra.sweeper.n_trials=3")
    assert sampled.stdout.count("  x=0.") == 3
