"""The tutorial, word for word, in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import OUTSIDE, ROOT
from tests.documents.blocks import Example, agree, examples

pytestmark = pytest.mark.slow
INSTALLATION = 3  # commands, which CI runs itself: these tests run in what they have installed
EXACT = "docs/boards"  # what is computed from files of the project is the same everywhere


def test_every_command_does_what_it_says(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "boards", tmp_path / "docs" / "boards")
    found = examples(ROOT / "docs" / "tutorial.md")
    assert [example.words[0] for example in found[:INSTALLATION]] == ["python3", ".", "pip"]
    for example in found[INSTALLATION:]:
        run(example, tmp_path)
    assert (tmp_path / "digits.png").stat().st_size > 1000
    assert (tmp_path / "outputs/sweeps/small/report.html").stat().st_size > 100_000
    assert (tmp_path / "outputs/first/figures/loss_curves.png").exists()


def run(example: Example, folder: Path) -> None:
    words = example.words
    assert words[0] == "python", example
    environment = {**OUTSIDE, "COLUMNS": "120", "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, (example, result.stderr)
    if example.output is not None:
        exactly = EXACT in example.command
        assert agree(example.output, result.stdout, exactly), f"{example.output}\n--- but\n{result.stdout}"
