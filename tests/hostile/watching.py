"""Runs a command on files that were sent, and tells what it did that it must not."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 120  # seconds after which a command hangs; they take milliseconds
# What Python does not show of libraries, as it starts.
UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
CANARY = "canary"  # made by no program but by code that came with the files
STEERING = re.compile(
    "[^\\n\\t -\\x7e\\xa1-\\ud7ff\\ue000-\\uffff\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


class HungError(BaseException):
    """A command waited for something that does not come."""


@dataclass
class Outcome:
    """What a command did.

    Attributes:
        code: its exit code; None where it ended in an exception.
        wrong: what it must not have done, in words.
    """

    code: int | None
    out: str
    err: str
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A folder with what was sent, and beside it what must stay as it is.

    Attributes:
        sent: the study or run.
        outside: files of the user's own.
    """

    root: Path

    @property
    def sent(self) -> Path:
        return self.root / "sent"

    @property
    def outside(self) -> Path:
        return self.root / "outside"

    @property
    def canary(self) -> Path:
        return self.root / CANARY

    def state(self) -> dict[str, Any]:
        """Everything outside of what was sent: names, and bytes of files."""
        found: dict[str, Any] = {}
        for path, below, names in os.walk(self.root):
            if Path(path) == self.root and "sent" in below:
                below.remove("sent")
            for name in names:
                own = Path(path) / name
                found[str(own)] = own.read_bytes() if own.is_file() else None
        return found


def place_for(root: Path, original: Path) -> Place:
    """A copy of a study or run as if it had been sent, beside some files of the user's own."""
    place = Place(root)
    shutil.copytree(original, place.sent, symlinks=True)
    (place.outside / "checkpoints").mkdir(parents=True)
    (place.outside / "checkpoints" / "thesis.npz").write_bytes(b"years of work")
    (place.outside / "letter.txt").write_text("dear reader\n", encoding="utf-8")
    return place


def watched(
    place: Place, command: Callable[[], Any], allowed: Sequence[int] = (0, 2), exact: bool = False
) -> Outcome:
    """Runs a command in this process.

    Args:
        exact: whether what it writes to stdout, which is no terminal here, is for other programs.
    """
    before = place.state()
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    kept = sys.stdout, sys.stderr
    wrong: list[str] = []
    code: int | None = None
    sys.stdout, sys.stderr = out, err
    try:
        with _alarm(), contextlib.chdir(place.root), warnings.catch_warnings():
            warnings.simplefilter("default")
            for kind in UNSEEN:
                warnings.simplefilter("ignore", kind)
            code = _code_of(command)
    except HungError:
        wrong.append(f"did not end within {PATIENCE} s")
    except Exception as error:
        wrong.append(f"raised {type(error).__name__}: {str(error)[:200]}")
    finally:
        sys.stdout, sys.stderr = kept
    outcome = Outcome(code, _said(out), _said(err), wrong)
    judge(outcome, allowed, exact)
    if place.state() != before:
        wrong.append("changed a file outside of the folder")
    if place.canary.exists():
        wrong.append("ran code that came with the files")
    return outcome


def judge(outcome: Outcome, allowed: Sequence[int] = (0, 2), exact: bool = False) -> None:
    """Adds to an outcome what is wrong with its exit code and its words."""
    if outcome.code not in allowed and not outcome.wrong:
        outcome.wrong.append(f"exit code {outcome.code}")
    lines = outcome.err.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    if outcome.code is not None and len(errors) != (outcome.code == 2):
        outcome.wrong.append(f"exit code {outcome.code} with {len(errors)} errors")
    if other := [line for line in lines if not line.startswith(("error: ", "note: "))]:
        outcome.wrong.append(f"said on stderr: {other[0][:200]!r}")
    if "Traceback" in outcome.out + outcome.err:
        outcome.wrong.append("showed a traceback")
    if found := STEERING.search(outcome.err) or (not exact and STEERING.search(outcome.out)):
        outcome.wrong.append(f"gave a terminal {found[0]!r}")


def _code_of(command: Callable[[], Any]) -> int:
    try:
        code = command()
    except SystemExit as left:
        code = left.code
    return int(code or 0)


def _said(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
