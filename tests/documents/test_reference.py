"""The reference is what the code says."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import OUTSIDE, ROOT


def test_it_is_up_to_date() -> None:
    words = [sys.executable, "scripts/reference.py", "--check"]
    result = subprocess.run(words, cwd=ROOT, env=OUTSIDE, capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stderr) == (0, "")
