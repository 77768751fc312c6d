"""Faults of the file system, one at a time: what they are, and the library that makes them happen."""

from __future__ import annotations

import errno
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "shim.c"

# The error with which a call of a kind fails.
ERRORS = {
    "open": errno.EACCES,
    "write": errno.ENOSPC,
    "fsync": errno.EIO,
    "rename": errno.EIO,
    "truncate": errno.EIO,
    "mkdir": errno.ENOSPC,
    "remove": errno.EACCES,
    "link": errno.EACCES,
    "lock": errno.ENOLCK,
}
KILLS = ("kill", "cut")
ACTIONS = ("fail", "half", "kill", "cut", "full", "locked")


@dataclass(frozen=True)
class Call:
    """A call that changes something below the folder that is watched.

    Attributes:
        number: from 1.
        kind: a key of `ERRORS`.
        path: below the folder, without the numbers of processes and nameless files.
    """

    number: int
    kind: str
    path: str


@dataclass(frozen=True)
class Fault:
    """What happens at a call; `shim.c` says what the actions are."""

    call: Call
    action: str

    @property
    def kills(self) -> bool:
        return self.action in KILLS

    def specification(self, root: Path, log: Path) -> str:
        """As `fault_arm` takes it."""
        code = {"full": errno.ENOSPC, "half": errno.ENOSPC, "locked": errno.EROFS}.get(
            self.action, ERRORS[self.call.kind]
        )
        return f"{root}|{self.call.number}|{self.action}|{code}|{log}"

    def __str__(self) -> str:
        return f"{self.action} {self.call.number} {self.call.kind} {self.call.path}"


def why_not() -> str | None:
    """Why faults cannot be made here; None where they can."""
    if not sys.platform.startswith("linux"):
        return "faults are made by way of LD_PRELOAD, which is Linux's"
    if shutil.which("cc") is None:
        return "faults are made by a library in C, and there is no C compiler (cc)"
    return None


def build(folder: Path) -> Path:
    """Compiles the library into a folder."""
    library = folder / "shim.so"
    flags = ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True, timeout=120)
    return library


def tracing(root: Path, log: Path) -> str:
    """The specification with which all calls are listed, and done."""
    return f"{root}|0|trace|0|{log}"


def read_log(log: Path) -> list[Call]:
    """The calls that a log lists."""
    if not log.exists():
        return []
    calls = []
    for line in log.read_text(encoding="utf-8").splitlines():
        number, kind, path = line.split(" ", 2)
        name = re.sub(r"\.partial-(?:[0-9a-f]{8}-)?\d+-", ".partial-PID-", path)
        name = re.sub(r"#\d+ \(deleted\)$", "(no name)", name)  # of a file that never had one
        calls.append(Call(int(number), kind, name))
    return calls


def faults_of(calls: Sequence[Call], actions: Sequence[str]) -> Iterator[Fault]:
    """Every fault of the given actions that makes a difference at these calls."""
    made: set[str] = set()
    for call in calls:
        new = call.kind == "open" and call.path not in made
        made.add(call.path)
        needs_space = call.kind in ("write", "mkdir", "link") or new
        names = call.kind in ("open", "rename", "mkdir", "remove")
        for action in actions:
            if action in ("half", "cut") and call.kind != "write":
                continue
            if (action == "full" and not needs_space) or (action == "locked" and not names):
                continue
            yield Fault(call, action)
