"""Runs commands as children of a process that has imported all that they import: a start takes no second.

A line on stdin is a command as JSON, a line on stdout how it ended. A child is as the command would be that a
user types: its program is `__main__`, with its own arguments, folder and standard streams, and it ends as
Python ends. Only what is imported as it starts is more.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any


def _reap(pid: int, seconds: float) -> tuple[int, bool]:
    """The child's exit code, below 0 for a signal, and whether it had to be killed."""
    end = time.monotonic() + seconds
    hung = False
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status), hung
        if time.monotonic() > end and not hung:
            hung = True
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.002)


def _become(command: dict[str, Any]) -> None:
    """Makes this process the command's."""
    os.setsid()
    os.chdir(command["cwd"])
    os.environ.update(command["environment"])
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, command["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, command["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    if command["fault"]:
        ctypes.CDLL(None).fault_arm(command["fault"].encode())
    if "module" in command:
        sys.argv = [command["module"], *command["arguments"]]
        runpy.run_module(command["module"], run_name="__main__", alter_sys=True)
    else:
        script = Path(command["script"])
        sys.argv = [str(script), *command["arguments"]]
        sys.path[0] = str(script.parent)
        runpy.run_path(str(script), run_name="__main__")


def main() -> None:
    for name in sys.argv[1:]:
        importlib.import_module(name)
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.plugins import Plugins

    Plugins.instance()
    OverridesParser.create().parse_overrides(["a.b=1,2", "c=interval(0,1)", "d={e:f}"])
    gc.freeze()
    while line := sys.stdin.readline():
        command = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(command)
            return
        started = time.monotonic()
        code, hung = _reap(pid, command["seconds"])
        print(json.dumps({"code": code, "hung": hung, "seconds": time.monotonic() - started}), flush=True)


if __name__ == "__main__":
    main()
