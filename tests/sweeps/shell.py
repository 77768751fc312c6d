"""Commands as a shell gives them, and what they leave in a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hydra.core.override_parser.types import Quote, QuotedString

from tests.conftest import OUTSIDE


def quoted(text: str) -> str:
    """A text as Hydra's override grammar quotes it."""
    return QuotedString(text, Quote.single).with_quotes()


def run(words: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command; None takes a variable away."""
    return subprocess.run(
        words,
        cwd=cwd,
        env={**OUTSIDE, **environment},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
    )


def tool(cwd: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs `python -m sweeps ARGUMENTS`."""
    return run([sys.executable, "-m", "sweeps", *map(str, arguments)], cwd)


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder, and what it holds."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }
