"""The command that repeats a trial."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.sweeps.commands.conftest import Tool


def test_best_prints_the_command(tool: Tool, study: Path) -> None:
    result = tool("best", study)
    assert result.returncode == 0, result.stderr
    comment, line = result.stdout.splitlines()
    assert comment == "# trial 3: -0.666667"
    words = shlex.split(line)
    assert words[0] == "python"
    assert {"x=0.3", "shape=wide"} <= set(words)
    assert tool("best", study, "--trial", "99").returncode == 2
