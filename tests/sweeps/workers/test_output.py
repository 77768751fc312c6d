"""What a worker prints where the terminal shows a table."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.workers.output import off_screen

PROGRAM = """
import os, subprocess, sys
from pathlib import Path
from sweeps.workers.output import off_screen
screen = {screen}
with off_screen(Path(sys.argv[1]), screen):
    print("printed")
    os.write(2, b"written\\n")
    subprocess.run([sys.executable, "-c", "print('of a child')"])
print("afterwards")
"""


def on_a_terminal(log: Path, screen: str) -> str:
    """What the program writes to the terminal that it has."""
    terminal, own = pty.openpty()
    program = PROGRAM.format(screen=screen)
    subprocess.run([sys.executable, "-c", program, str(log)], stdout=own, stderr=own, timeout=60, check=True)
    os.close(own)
    text = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        text += data
    os.close(terminal)
    return text.decode().replace("\r\n", "\n")


def test_it_goes_to_a_file_and_is_appended_there(tmp_path: Path) -> None:
    log = tmp_path / "output.log"
    log.write_text("before\n", encoding="utf-8")
    assert on_a_terminal(log, "1") == "afterwards\n"
    assert (
        log.read_text(encoding="utf-8") == "before\nprinted\nwritten\nof a child\n"
        or log.read_text(encoding="utf-8") == "before\nwritten\nof a child\nprinted\n"
    )


@pytest.mark.parametrize("screen", ["None", "os.getpid()"], ids=["no table", "its own table"])
def test_otherwise_it_stays_on_the_terminal(tmp_path: Path, screen: str) -> None:
    log = tmp_path / "output.log"
    assert sorted(on_a_terminal(log, screen).split()) == sorted(
        ["printed", "written", "of", "a", "child", "afterwards"]
    )
    assert not log.exists()


def test_what_goes_elsewhere_stays_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with off_screen(tmp_path / "output.log", 1):
        print("printed")
    assert capfd.readouterr().out == "printed\n"
    assert not (tmp_path / "output.log").exists()
