"""A dry run."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.commands import plan
from sweeps.errors import SweepError
from tests.sweeps.commands.conftest import Tool
from tests.sweeps.conftest import APP, command


def test_plan_launches_and_writes_nothing(tool: Tool, tmp_path: Path) -> None:
    result = tool("plan", *command("x=1,2", "shape=round,wide"))
    assert result.returncode == 0, result.stderr
    assert "4 combinations:" in result.stdout
    assert "x=2 shape=wide" in result.stdout
    assert list(tmp_path.iterdir()) == []
    sampled = tool("plan", sys.executable, APP, "-m", "x=interval(0,1)", "hydra.sweeper.n_trials=3")
    assert sampled.stdout.count("  x=0.") == 3


@pytest.mark.parametrize(
    "words",
    [
        ["python", "-m", "no_such_module", "x=1"],
        [".venv/bin/python3.12", "-m", "no_such_module", "x=1"],
        ["python", "-P", "-X", "dev", "-m", "no_such_module", "x=1"],
        ["uv", "run", "python", "-um", "no_such_module", "x=1"],
        [sys.executable, str(APP), "x=/usr/bin/python"],
        ["no_such_script", "x=1"],
    ],
)
def test_a_single_run_is_refused_and_not_begun(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("was started"))
    with pytest.raises(SweepError, match="needs the command of a multirun"):
        plan.run(argparse.Namespace(words=words))


def test_nothing_runs_even_where_the_words_were_misread(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plan, "_programs_own", lambda _: ["-m"])
    assert plan.run(argparse.Namespace(words=[sys.executable, str(APP), "x=1,2"])) == 0
    assert "2 combinations:" in capfd.readouterr().out
    assert list(tmp_path.iterdir()) == []
