"""How far a job says that it has come."""

from __future__ import annotations

from pathlib import Path

import pytest

import sweeps
from sweeps.inside import progress
from sweeps.inside.progress import Progress, progress_in, progressing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_what_a_job_says_is_read_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / ".progress"
    with progressing(path, 7):
        assert progress_in(path) is None
        sweeps.progress(2.5, 27)
        assert progress_in(path) == Progress(trial=7, done=2.5, of=27.0)
    assert progress_in(path) is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_written_once_a_second_and_at_the_end(tmp_path: Path, clock: list[float]) -> None:
    path, seen = tmp_path / ".progress", []
    with progressing(path, 0):
        for seconds, done in ((0, 1), (0.5, 2), (0.4, 3), (0.2, 4), (0.1, 5), (0.1, 6)):
            clock[0] += seconds
            sweeps.progress(done, 6)
            found = progress_in(path)
            seen.append(found.done if found else None)
    assert seen == [1, 1, 1, 4, 4, 6]


def test_outside_a_sweep_it_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweeps.progress(1, 2)
    assert list(tmp_path.iterdir()) == []


def test_a_job_does_not_end_for_it(tmp_path: Path, clock: list[float]) -> None:
    with progressing(tmp_path / "nowhere" / ".progress", 0):
        sweeps.progress(1, 2)  # the folder is gone
    with progressing(tmp_path / ".progress", 0):
        for of in ("many", None, 10**400):
            clock[0] += 2
            sweeps.progress(1.0, of)  # type: ignore[arg-type]
        assert progress_in(tmp_path / ".progress") is None


def test_replicates_are_parts_of_a_trial(tmp_path: Path) -> None:
    path = tmp_path / ".progress"
    with progressing(path, 7, part=2, parts=5):
        sweeps.progress(3, 10)
        assert progress_in(path) == Progress(trial=7, done=23.0, of=50.0)


@pytest.mark.parametrize(
    "text", ["", "1 2", "1 2 3 4", "a 1 2", "1 b 2", "1 nan 5", "1 2 inf", "1 2 0", "1 2 3" + " " * 2000]
)
def test_what_is_half_written_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / ".progress").write_text(text, encoding="utf-8")
    assert progress_in(tmp_path / ".progress") is None
