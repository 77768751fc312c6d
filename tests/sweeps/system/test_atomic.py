"""What is written whole, and what dead processes leave of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.system import atomic
from tests.conftest import OUTSIDE

DIES = """
import os, signal, sys
from pathlib import Path
from sweeps.system.atomic import replacing
with replacing(Path(sys.argv[1])) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_while_writing(path: Path) -> None:
    subprocess.run([sys.executable, "-c", DIES, str(path)], env=OUTSIDE, timeout=60)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_what_a_dead_process_has_left_is_removed_and_what_another_writes_is_not(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a").write_text("old")
    for path in (tmp_path / "a", tmp_path / "below" / "b"):
        killed_while_writing(path)
    assert len(names(tmp_path)) == 3
    with atomic.replacing(tmp_path / "c") as partial:
        partial.write_text("whole")
        atomic.remove_partials(tmp_path, below=False)
        assert len(names(tmp_path)) == 3
        atomic.remove_partials(tmp_path)
        assert names(tmp_path) == {"a", partial.name}
    assert names(tmp_path) == {"a", "c"}
    assert (tmp_path / "a").read_text() == "old"
    assert (tmp_path / "c").read_text() == "whole"


@pytest.mark.parametrize("name", [".partial-0123abcd-1-a", ".partial-77-a", ".partial-x"])
def test_what_another_machine_may_be_writing_stays_for_a_day(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    atomic.remove_partials(tmp_path)
    assert path.exists()
    then = path.stat().st_mtime - 2 * atomic.ABANDONED
    os.utime(path, (then, then))
    atomic.remove_partials(tmp_path)
    assert not path.exists()


def test_where_nobody_else_works_all_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".partial-0123abcd-1-a").touch()
    atomic.remove_partials(tmp_path, of_all=True)
    assert not names(tmp_path)


def test_a_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 100_000)
    atomic.copy_file(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "other").read_bytes() == b"x" * 100_000
    with pytest.raises(FileNotFoundError):
        atomic.copy_file(tmp_path / "none", tmp_path / "other")
    assert (tmp_path / "other").read_bytes() == b"x" * 100_000
    assert names(tmp_path) == {"one", "other"}
