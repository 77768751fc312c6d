"""Many sweep processes on one study: nothing twice, nothing lost, nobody stuck."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.many_writers import cases, run

pytestmark = pytest.mark.long


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("kind", "grid"),
    [
        ("journal", False),
        ("journal", True),
        pytest.param("sqlite", False, marks=SLOW),
        pytest.param("sqlite", True, marks=SLOW),
        pytest.param("postgresql", False, marks=SLOW),
        pytest.param("postgresql", True, marks=SLOW),
    ],
)
def test_three_processes_keep_one_study(tmp_path: Path, kind: str, grid: bool) -> None:
    with cases(kind, tmp_path, processes=3, trials=24, grid=grid) as found:
        for what, case in found:
            assert run(case).wrong == (), what


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "sqlite", "postgresql"])
def test_eight_processes_keep_a_study_of_500_trials(tmp_path: Path, kind: str) -> None:
    with cases(kind, tmp_path, processes=8, trials=500, grid=False) as found:
        for what, case in found:
            course = run(case)
            assert course.wrong == (), what
            assert course.shares[0] > 0, f"{what}: a process got no trial"
