"""The library that fails a call: which it counts, and what it does at them."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.study.journal import Journal
from tests.conftest import OUTSIDE
from tests.faults import shim
from tests.faults.shim import Call, Fault

WHY_NOT = shim.why_not()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
]

# Six calls: open, write, fsync, rename, mkdir, unlink; each that fails says its error.
WORK = """
import errno, os, sys
def attempt(what):
    try:
        return what()
    except OSError as error:
        print(errno.errorcode[error.errno])
root = sys.argv[1]
file = attempt(lambda: os.open(f"{root}/a", os.O_WRONLY | os.O_CREAT))
if file is not None:
    data = b"0123456789"
    while data and (done := attempt(lambda: os.write(file, data))) is not None:
        data = data[done:]
    attempt(lambda: os.fsync(file))
    attempt(lambda: os.rename(f"{root}/a", f"{root}/b"))
attempt(lambda: os.mkdir(f"{root}/c"))
attempt(lambda: os.unlink(f"{root}/b"))
open(sys.argv[2], "w").write("outside")
print("end")
"""
CALLS = [
    Call(1, "open", "/a"),
    Call(2, "write", "/a"),
    Call(3, "fsync", "/a"),
    Call(4, "rename", "/b"),
    Call(5, "mkdir", "/c"),
    Call(6, "remove", "/b"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shim.build(tmp_path_factory.mktemp("library"))


def run(library: Path, code: str, root: Path, specification: str) -> subprocess.CompletedProcess[str]:
    root.mkdir()
    return subprocess.run(
        [sys.executable, "-c", code, str(root), str(root.parent / "outside")],
        env={**OUTSIDE, "LD_PRELOAD": str(library), "FAULT": specification},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_calls_below_the_folder_are_counted(library: Path, tmp_path: Path) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    done = run(library, WORK, root, shim.tracing(root, log))
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")
    assert shim.read_log(log) == CALLS


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.kind)
def test_one_call_fails_and_those_after_it_do_not(library: Path, tmp_path: Path, call: Call) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    done = run(library, WORK, root, Fault(call, "fail").specification(root, log))
    said = done.stdout.split()
    assert said[0] == errno.errorcode[shim.ERRORS[call.kind]]
    assert said[-1] == "end"
    assert shim.read_log(log) == [call]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.kind)
def test_a_kill_comes_before_the_call(library: Path, tmp_path: Path, call: Call) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    done = run(library, WORK, root, Fault(call, "kill").specification(root, log))
    assert done.returncode == -9
    left = {path.name: path.read_text() for path in root.iterdir() if path.is_file()}
    assert (
        left
        == [{}, {"a": ""}, {"a": "0123456789"}, {"a": "0123456789"}, {"b": "0123456789"}][
            min(call.number, 5) - 1
        ]
    )
    assert (root / "c").exists() == (call.number > 5)


@pytest.mark.parametrize(("action", "code"), [("half", 0), ("cut", -9)])
def test_half_of_a_write(library: Path, tmp_path: Path, action: str, code: int) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    work = WORK.replace("os.rename", "max")
    done = run(library, work, root, Fault(CALLS[1], action).specification(root, log))
    assert done.returncode == code
    assert (root / "a").read_text() == "01234"
    assert done.stdout.split()[:1] == ([] if code else ["ENOSPC"])


@pytest.mark.parametrize(("action", "said"), [("full", "ENOSPC ENOSPC"), ("locked", "EROFS EROFS EROFS")])
def test_a_disk_that_stays_full_or_read_only(library: Path, tmp_path: Path, action: str, said: str) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    done = run(library, WORK, root, Fault(CALLS[1], action).specification(root, log))
    assert done.stdout.split() == [*said.split(), "end"]


def test_children_that_are_other_programs_are_left_alone(library: Path, tmp_path: Path) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {WORK!r}, *sys.argv[1:]])"
    done = run(library, code, root, Fault(CALLS[0], "fail").specification(root, log))
    assert done.stdout == "end\n"
    assert not log.exists() or not shim.read_log(log)


APPENDS = """
import sys
from sweeps.study.journal import Journal
journal = Journal(sys.argv[1] + "/study.journal")
for number in range(3):
    try:
        journal.append_logs([{"number": number, "text": "x" * 100}])
    except OSError as error:
        print(error.strerror)
"""


def test_a_record_of_which_half_could_be_written_leaves_no_hole(library: Path, tmp_path: Path) -> None:
    """A buffer would write the other half when the file is closed, behind what was cut off meanwhile."""
    root, log = tmp_path / "root", tmp_path / "log"
    run(library, APPENDS, root, shim.tracing(root, log))
    second = [call for call in shim.read_log(log) if call.kind == "write"][1]
    log.unlink()
    for path in root.iterdir():
        path.unlink()
    root.rmdir()
    done = run(library, APPENDS, root, Fault(second, "half").specification(root, log))
    assert (done.stdout, done.stderr) == (f"{os.strerror(errno.ENOSPC)}\n", "")
    lines = (root / "study.journal").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 2]
    assert Journal(str(root / "study.journal")).mend() is None
