"""What the tests of commands share: a finished study, and a way to type a command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import OUTSIDE
from tests.sweeps.conftest import command

Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study of 6 trials, one failed, with checkpoints to delete."""
    root = tmp_path_factory.mktemp("study")
    words = command("x=0.1,0.3,1", "shape=round,wide", "trouble=raise", "trouble_at=1")
    subprocess.run(words, cwd=root, env=OUTSIDE, capture_output=True, check=False, timeout=120)
    (folder,) = (root / "results").iterdir()
    for number in range(6):
        (folder / str(number) / "checkpoints").mkdir(exist_ok=True)
        (folder / str(number) / "checkpoints" / "last").write_bytes(b"x" * 2**19)
        (folder / str(number) / "kept").write_bytes(b"x")
    return folder


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Runs `python -m sweeps ARGUMENTS`."""

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> object:
        return subprocess.run(
            [sys.executable, "-m", "sweeps", *map(str, arguments)],
            cwd=cwd,
            env=OUTSIDE,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    return run  # type: ignore[return-value]
