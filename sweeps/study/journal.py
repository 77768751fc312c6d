"""The journal of a study, written so that no death and no full disk leaves it unreadable.

Optuna's own backend keeps a lock file which a process that dies leaves behind (others wait 30 s for it), and
appends to whatever the file ends with: to half a record too, after which no program can read it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
from io import FileIO
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import BaseJournalFileLock

from sweeps.system import locks, signals
from sweeps.system.atomic import sync_folder

TORN = ".torn-"  # between the journal's name and a number: what was cut off its end


class _NoLock(BaseJournalFileLock):
    """Appending locks by itself, more than the writing."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        return


class Journal(JournalFileBackend):
    """A journal file.

    A record that is not whole, as a power cut, a kill or a full disk leaves it, is kept aside, in a file
    beside the journal, before the next one is written.

    Args:
        path: of the file; it is made if it is missing.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._checked = False
        new = not self._path.exists()
        super().__init__(path, _NoLock())
        if new:
            sync_folder(self._path.parent)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        data = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with signals.held_back(), locks.locked(lock_path(self._path)), _opened(self._path) as file:
            self._mend(file)
            end = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, data)
                os.fsync(file.fileno())
            except BaseException:
                # Nothing of it may stand there, or it would count although the caller was told otherwise.
                # Where that fails too, what is left is no whole record, and is kept aside next time.
                with contextlib.suppress(OSError):
                    os.ftruncate(file.fileno(), end)
                raise

    def mend(self) -> Path | None:
        """Keeps aside what is no whole record at the end of the file.

        Returns:
            where; None where all is whole.
        """
        with signals.held_back(), locks.locked(lock_path(self._path)), _opened(self._path) as file:
            return self._mend(file)

    def _mend(self, file: FileIO) -> Path | None:
        whole = _whole_length(file, thorough=not self._checked)
        self._checked = True
        length = file.seek(0, os.SEEK_END)
        if whole == length:
            return None
        file.seek(whole)
        torn_bytes = file.read()
        aside = _keep_aside(self._path, torn_bytes)
        os.ftruncate(file.fileno(), whole)
        os.fsync(file.fileno())
        print(
            f"note: {self._path}: its last record was not whole; its {len(torn_bytes)} bytes are kept in "
            f"{aside.name}",
            file=sys.stderr,
            flush=True,
        )
        return aside


def lock_path(journal: Path) -> Path:
    """The lock of a journal; not the name that Optuna's own lock has, which is a link to the journal."""
    return journal.with_name(f".{journal.name}.lock")


def was_mended(journal: Path) -> bool:
    """Whether something was ever cut off the journal's end."""
    return any(journal.parent.glob(f"{journal.name}{TORN}*"))


def _opened(path: Path) -> FileIO:
    """Without a buffer, which would write what could not be written once more as it is closed: then there
    would be a hole before it, of what was cut off meanwhile."""
    return path.open("r+b", buffering=0)


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _whole_length(file: FileIO, thorough: bool) -> int:
    """The length of the file up to its last whole record.

    Args:
        thorough: also whether the last line is a record at all; else only whether it has an end.
    """
    length = file.seek(0, os.SEEK_END)
    if length == 0:
        return 0
    if not thorough:
        file.seek(length - 1)
        if file.read(1) == b"\n":
            return length
    end = _last_line_break(file, length)
    if end == 0 or not thorough:
        return end
    start = _last_line_break(file, end - 1)
    file.seek(start)
    try:
        whole = isinstance(json.loads(file.read(end - start)), dict)
    except ValueError:
        whole = False
    return end if whole else start


def _last_line_break(file: FileIO, before: int) -> int:
    """The position after the last line break of the file's first bytes; 0 where there is none."""
    while before > 0:
        start = max(0, before - 4096)
        file.seek(start)
        position = file.read(before - start).rfind(b"\n")
        if position >= 0:
            return start + position + 1
        before = start
    return 0


def _keep_aside(journal: Path, torn_bytes: bytes) -> Path:
    for number in itertools.count(1):
        path = journal.with_name(f"{journal.name}{TORN}{number}")
        with contextlib.suppress(FileExistsError), path.open("xb") as file:
            file.write(torn_bytes)
            file.flush()
            os.fsync(file.fileno())
            sync_folder(path.parent)
            return path
    raise AssertionError("unreachable")
