"""Giving a command, in a fresh process or a forked one, and judging the answer."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import re
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.sweeps.bad_commands.command import FOREIGN, ROOT, Bad

SECONDS = 100  # after which a command hangs
Run = Callable[[list[str], Path, Mapping[str, str]], "Answer"]
_UNWANTED = ("HYDRA_FULL_ERROR", "LSTM_VAE_DATA", "SWEEPS_STORAGE_PASSWORD", "TF_CPP_MIN_LOG_LEVEL")


@dataclass(frozen=True)
class Answer:
    """How a command ended.

    Attributes:
        code: its exit code; negative by a signal.
        stderr: what it said.
    """

    code: int
    stderr: str


def environment(cache: Path) -> dict[str, str]:
    """What a command sees of the outside."""
    kept = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    path = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    return {**kept, "PYTHONPATH": path, "XDG_CACHE_HOME": str(cache)}


def fresh(arguments: list[str], folder: Path, outside: Mapping[str, str]) -> Answer:
    """Gives a command in a Python process of its own, as a user does."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=dict(outside),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, said = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Answer(-signal.SIGALRM, "")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it may have left running
    return Answer(process.returncode, said)


def forked(arguments: list[str], folder: Path, outside: Mapping[str, str]) -> Answer:
    """Gives a command in a fork of this process, which spares it the imports. This process must have no
    thread of its own, and no Hydra that was ever started."""
    _warm_up()
    said = folder.with_name(f"{folder.name}.stderr")
    child = os.fork()
    if child == 0:
        _become(arguments, folder, outside, said)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    text = said.read_text(encoding="utf-8", errors="replace")
    said.unlink()
    return Answer(os.waitstatus_to_exitcode(status), text)


@functools.cache
def _warm_up() -> None:
    """Imports what every command imports, and has Hydra look for its plugins."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.plugins import Plugins

    import sweeps.sweeper  # noqa: F401

    Plugins.instance()
    OverridesParser.create().parse_overrides(
        ["x=choice(1,2)", "+y=interval(0,1)", "a.b={a:[1,'b']}", "c=${x}"]
    )
    gc.freeze()


def _become(arguments: list[str], folder: Path, outside: Mapping[str, str], said: Path) -> None:
    """Makes this process the command; never returns."""
    code = 1
    try:
        os.setsid()
        signal.alarm(SECONDS)
        nothing = os.open(os.devnull, os.O_RDWR)
        for number, target in ((0, nothing), (1, nothing), (2, os.open(said, os.O_WRONLY | os.O_CREAT))):
            os.dup2(target, number)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(outside)
        code = _code_of(arguments)
    except BaseException:
        code = 70  # a defect of this harness
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _code_of(arguments: list[str]) -> int:
    module = arguments[0] == "-m"
    sys.argv = arguments[1:] if module else arguments
    sys.path[0] = str(Path.cwd()) if module else str(Path(arguments[0]).resolve().parent)
    try:
        if module:
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as left:
        if left.code is None or isinstance(left.code, int):
            return left.code or 0
        print(left.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def verdict(command: Bad, program: str, run: Run, folder: Path, outside: Mapping[str, str]) -> str | None:
    """Gives a command in a new folder; returns what is wrong with the answer, or None.

    Args:
        folder: which does not exist; it is left as it was found to be.
    """
    folder.mkdir()
    given = dict(command.given)
    if program == "bowl":
        given["bowl.py"] = bowl()
    for name, text in given.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    before = _content(folder)
    answer = run(command.arguments(program), folder, outside)
    lines = answer.stderr.splitlines()
    if answer.code == -signal.SIGALRM:
        return f"hangs: {' / '.join(lines)}"
    if (after := _content(folder)) != before:
        changed = sorted(name for name in before | after if before.get(name) != after.get(name))
        return f"writes {', '.join(changed)[:200]} (exit code {answer.code}): {' / '.join(lines)[:300]}"
    if command.hydras and program in FOREIGN:
        # Hydra's own way: this is only what docs/any_program.md says of it.
        return None if answer.code == 1 and not answer.stderr.startswith("error: ") else "is not Hydra's"
    if answer.code != 2:
        return f"exit code {answer.code}: {' / '.join(lines)[-500:]}"
    if len(lines) != 1:
        return f"{len(lines)} lines: {' / '.join(lines)[:500]}"
    if not lines[0].startswith("error: ") or command.says not in lines[0]:
        return f"does not say {command.says!r}: {lines[0]}"
    return None


def bowl() -> str:
    """The program of docs/any_program.md."""
    text = (ROOT / "docs" / "any_program.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def _content(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.suffix != ".pyc" and path.name != "__pycache__"
    }
