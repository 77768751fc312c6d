"""All studies below a folder."""

from __future__ import annotations

from pathlib import Path

from tests.sweeps.commands.conftest import Tool


def test_list_finds_the_studies_below_a_folder(tool: Tool, study: Path) -> None:
    listed = tool("list", study.parent.parent)
    assert listed.returncode == 0
    assert f"results/{study.name}" in listed.stdout
    assert "no study below" in tool("list", ".").stdout
