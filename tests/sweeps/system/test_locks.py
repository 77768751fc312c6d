"""Locks on files."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.system import locks


@pytest.mark.parametrize("tidy", [False, True])
def test_a_lock_is_held_until_it_is_given_back(tmp_path: Path, tidy: bool) -> None:
    path = tmp_path / "lock"
    assert not locks.is_held(path, tidy)
    assert not path.exists()  # to ask makes none
    held = locks.hold(path, 0)
    assert locks.is_held(path, tidy)
    with pytest.raises(TimeoutError):
        locks.hold(path, 0)
    held.release()
    assert not locks.is_held(path, tidy)


def test_asking_removes_the_file_of_nobody_where_told(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    assert not locks.is_held(path)
    assert path.exists()
    assert not locks.is_held(path, tidy=True)
    assert not path.exists()


def test_the_file_of_a_lock_that_is_held_stays(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locks.locked(path):
        assert locks.is_held(path, tidy=True)
        assert path.exists()
