"""Commands with a fault in them, and how they ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.conftest import OUTSIDE, ROOT
from tests.faults import shim

SECONDS = 120.0  # a command that takes longer hangs


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: its exit code; below 0 for a signal.
        hung: whether it had to be killed.
        seconds: that it took.
        hit: the calls at which the fault struck; of a traced one, all.
    """

    code: int
    hung: bool
    seconds: float
    stdout: str
    stderr: str
    hit: list[shim.Call]


class Commands:
    """Runs commands one after another, each in a process of its own.

    Args:
        work: a folder for the library and the logs, outside of those that are watched.
        imports: modules that the commands need, imported once.
        environment: further variables.
    """

    def __init__(self, work: Path, imports: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self._work = work
        work.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server", *imports],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**OUTSIDE, "LD_PRELOAD": str(shim.build(work)), **(environment or {})},
        )

    def __enter__(self) -> Commands:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait(timeout=60)

    def run(self, program: Path | str, arguments: Sequence[str], cwd: Path, fault: str = "") -> Ended:
        """Runs a program.

        Args:
            program: a script, or the name of a module.
            fault: as `fault_arm` takes it; its log is read and removed.
        """
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        streams = {name: str(self._work / name) for name in ("stdout", "stderr")}
        what = {"module": program} if isinstance(program, str) else {"script": str(program)}
        command: dict[str, Any] = {
            **what,
            **streams,
            "arguments": list(arguments),
            "cwd": str(cwd),
            "fault": fault,
            "environment": {},
            "seconds": SECONDS,
        }
        self._server.stdin.write(json.dumps(command) + "\n")
        self._server.stdin.flush()
        said = json.loads(self._server.stdout.readline())
        log = Path(fault.rpartition("|")[2]) if fault else None
        hit = shim.read_log(log) if log is not None else []
        if log is not None:
            log.unlink(missing_ok=True)
        texts = {name: Path(path).read_text(encoding="utf-8") for name, path in streams.items()}
        return Ended(said["code"], said["hung"], said["seconds"], **texts, hit=hit)

    @property
    def log(self) -> Path:
        """Where a fault's log may be."""
        return self._work / f"log-{os.getpid()}"
