"""The journal: records are whole, whatever a process dies of, and no lock outlives its holder."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from sweeps.study.journal import Journal, was_mended
from tests.conftest import OUTSIDE

NAMES = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=5), max_size=3)


def logs(path: Path) -> list[dict[str, Any]]:
    """What any program that knows Optuna reads there."""
    return list(JournalFileBackend(str(path)).read_logs(0))


def asides(path: Path) -> list[bytes]:
    return [aside.read_bytes() for aside in sorted(path.parent.glob(f"{path.name}.torn-*"))]


@given(
    records=st.lists(NAMES, min_size=1, max_size=6), cut=st.integers(min_value=0, max_value=60), more=NAMES
)
def test_a_torn_end_is_kept_aside_and_every_whole_record_stays(
    records: list[dict[str, Any]], cut: int, more: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("journal") / "study.journal"
    Journal(str(path)).append_logs(records)
    data = path.read_bytes()
    left = data[: max(0, len(data) - cut)]
    path.write_bytes(left)
    Journal(str(path)).append_logs([more])
    whole = left[: left.rfind(b"\n") + 1]
    kept = [json.loads(line) for line in whole.splitlines()]
    assert logs(path) == [*kept, more]
    assert asides(path) == ([left[len(whole) :]] if len(whole) < len(left) else [])
    assert was_mended(path) == (len(whole) < len(left))


@pytest.mark.parametrize("length", [1, 2, 4094, 4095, 4096, 4097, 4098, 8191, 8192, 8193, 20_000])
@pytest.mark.parametrize("before", [0, 1, 5000])
@pytest.mark.parametrize("byte", [b"{", b"\0"])
def test_a_tear_of_any_length_is_seen_by_who_has_written_before(
    tmp_path: Path, byte: bytes, length: int, before: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another process was killed meanwhile."""
    path = tmp_path / "study.journal"
    journal = Journal(str(path))
    journal.append_logs([{"a": "x" * before}])
    journal.append_logs([{"b": 1}])
    assert not asides(path)
    with path.open("ab") as file:
        file.write(byte * length)
    journal.append_logs([{"c": 2}])
    assert logs(path) == [{"a": "x" * before}, {"b": 1}, {"c": 2}]
    assert asides(path) == [byte * length]
    assert journal.mend() is None
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("left", [b"", b"{", b"{" * 5000])
@pytest.mark.parametrize("known", [False, True])
def test_a_journal_of_which_nothing_is_left_begins_anew(tmp_path: Path, left: bytes, known: bool) -> None:
    path = tmp_path / "study.journal"
    journal = Journal(str(path))
    journal.append_logs([{"a": 1}])
    path.write_bytes(left)
    aside = (journal if known else Journal(str(path))).mend()
    assert (aside.read_bytes() if aside is not None else b"") == left
    journal.append_logs([{"b": 2}])
    assert logs(path) == [{"b": 2}]


@pytest.mark.parametrize(
    "end", [b"\0" * 5000, b'{"op_code":3,"stu{"op_code":4}\n', b"[]\n", b"[1]\n", b"\n", b"{"]
)
def test_an_end_that_is_no_record_is_kept_aside(
    tmp_path: Path, end: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "study.journal"
    Journal(str(path)).append_logs([{"a": 1}])
    path.write_bytes(path.read_bytes() + end)
    Journal(str(path)).append_logs([{"b": 2}])
    assert logs(path) == [{"a": 1}, {"b": 2}]
    assert asides(path) == [end]
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert f"its {len(end)} bytes are kept in study.journal.torn-1" in said


def test_what_was_kept_aside_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    for number in range(3):
        Journal(str(path)).append_logs([{"number": number}])
        with path.open("ab") as file:
            file.write(b"torn %d" % number)
    Journal(str(path)).mend()
    assert asides(path) == [b"torn 0", b"torn 1", b"torn 2"]


def test_a_write_that_fails_leaves_nothing_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.journal"
    journal = Journal(str(path))
    journal.append_logs([{"a": 1}])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            journal.append_logs([{"b": 2}])
    assert logs(path) == [{"a": 1}]
    journal.append_logs([{"c": 3}])
    assert logs(path) == [{"a": 1}, {"c": 3}]
    assert not asides(path)


HOLDER = """
import os, signal, sys
from pathlib import Path
from sweeps.system import locks
from sweeps.study.journal import Journal, lock_path
path = Path(sys.argv[1])
with locks.locked(lock_path(path)), path.open("ab") as file:
    file.write(b'{"half": ')
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_within_a_write_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    journal = Journal(str(path))
    journal.append_logs([{"a": 1}])
    subprocess.run([sys.executable, "-c", HOLDER, str(path)], env=OUTSIDE)
    begun = time.monotonic()
    journal.append_logs([{"b": 2}])
    # Optuna's own lock would be waited for thirty seconds.
    assert time.monotonic() - begun < 10
    assert logs(path) == [{"a": 1}, {"b": 2}]
    assert asides(path) == [b'{"half": ']


WRITER = """
import sys
from sweeps.study.journal import Journal
journal = Journal(sys.argv[1])
for number in range(50):
    journal.append_logs([{"writer": sys.argv[2], "number": number, "text": "x" * 3000 * (number % 5)}])
"""


def test_many_writers_lose_nothing_and_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(writer)], env=OUTSIDE)
        for writer in range(4)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    found = logs(path)
    assert len(found) == 200
    for writer in range(4):
        assert [log["number"] for log in found if log["writer"] == str(writer)] == list(range(50))


def test_reading_takes_no_lock_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    study = optuna.create_study(study_name="s", storage=JournalStorage(Journal(str(path))))
    study.enqueue_trial({"x": 1})
    with path.open("ab") as file:
        file.write(b"torn")
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    found = optuna.load_study(study_name="s", storage=JournalStorage(Journal(str(path))))
    assert len(found.get_trials()) == 1
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before
