"""`python -m sweeps ...`: what is wrong costs one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.commands.conftest import Tool


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "nowhere"),
        ("leaderboard", "."),
        ("compare", "nothing.csv", "nothing2.csv"),
        ("compare", "torn.csv", "torn2.csv"),
        ("status", "damaged"),
    ],
)
def test_bad_input_is_one_line_and_names_the_file(
    tool: Tool, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    for name in ("torn.csv", "torn2.csv"):
        (tmp_path / name).write_text("trial,value\n1\n")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "spec.yaml").write_text("study: s\n")
    (tmp_path / "damaged" / "study.journal").write_text("{]\n{]\n")
    result = tool(*arguments)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert arguments[1].removesuffix(".") in result.stderr
