"""The pulse of a job is there while it runs, and differs after each beat."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweeps.inside.pulse import beat, pulsing, state_of


def test_a_pulse_is_there_while_a_job_runs_and_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pulse"
    assert state_of(path) is None
    with pulsing(path):
        assert state_of(path) is not None
        assert path.read_text(encoding="utf-8") == str(os.getpid())
    assert state_of(path) is None
    with pytest.raises(RuntimeError), pulsing(path):
        raise RuntimeError("the job's own")
    assert state_of(path) is None


def test_each_beat_is_seen_and_standing_still_too(tmp_path: Path) -> None:
    path = tmp_path / "pulse"
    with pulsing(path):
        for second in (1, 2):
            os.utime(path, (second, second))  # as if the last report had been long ago
            before = state_of(path)
            assert state_of(path) == before
            beat()
            assert state_of(path) not in (before, None)


def test_a_beat_is_of_the_job_that_runs(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    with pulsing(one):
        with pulsing(other):
            for path in (one, other):
                os.utime(path, (1, 1))
            before = state_of(one), state_of(other)
            beat()
            assert state_of(one) == before[0]
            assert state_of(other) != before[1]
        beat()
        assert state_of(one) != before[0]


def test_a_beat_makes_nothing_where_nobody_watches(tmp_path: Path) -> None:
    beat()
    with pulsing(None):
        beat()
    with pulsing(tmp_path / "pulse"):
        (tmp_path / "pulse").unlink()  # with its folder, by another process
        beat()
    assert list(tmp_path.iterdir()) == []
