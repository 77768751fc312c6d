"""A sample of the campaign of kills; `python -m tests.faults.kills` runs all of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.killed_runs import kill_runs
from tests.faults.kills import REAL, TRIVIAL, kill_sweeps

pytestmark = pytest.mark.long


def test_killed_sweeps_go_on(tmp_path: Path) -> None:
    few = {name: TRIVIAL[name] for name in ("random", "grid, two workers")}
    assert kill_sweeps(few, 4, random.Random(11), tmp_path) == []


@pytest.mark.slow
def test_many_killed_sweeps_go_on(tmp_path: Path) -> None:
    assert kill_sweeps(TRIVIAL, 100, random.Random(1), tmp_path) == []


@pytest.mark.slow
def test_killed_sweeps_of_networks_go_on(tmp_path: Path) -> None:
    assert kill_sweeps(REAL, 20, random.Random(2), tmp_path) == []


@pytest.mark.slow
def test_killed_runs_go_on_to_the_last_bit(tmp_path: Path) -> None:
    assert kill_runs(30, random.Random(3), tmp_path) == []
