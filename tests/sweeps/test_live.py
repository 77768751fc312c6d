"""What a person sees on a terminal while a sweep runs."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sweeps.conftest import JOBLIB, LAUNCHERS, command
from tests.sweeps.screen import Screen

pytestmark = pytest.mark.long
Show = Callable[..., Screen]
SPACE = ("x=0.1,0.2,0.3,0.4", "hydra.sweep.dir=study", "steps=3")


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """Runs a sweep on a terminal, or another command."""
    screens: list[Screen] = []

    def run(*arguments: str, words: list[str] | None = None) -> Screen:
        screens.append(Screen(words or command(*SPACE, *arguments), tmp_path))
        return screens[-1]

    yield run
    for screen in screens:
        screen.kill()


def rows_of(screen: Screen) -> list[str]:
    """The lines below the table's heading."""
    lines = screen.lines
    heads = [index for index, line in enumerate(lines) if line.startswith("worker  trial")]
    return [line for line in lines[heads[-1] + 1 :] if line] if heads else []


@LAUNCHERS
def test_a_table_shows_what_runs_and_goes_when_all_is_done(show: Show, launcher: tuple[str, ...]) -> None:
    screen = show("seconds=0.4", *launcher)
    workers = 2 if launcher else 1
    screen.until(lambda s: len(rows_of(s)) == workers and all("━" in row for row in rows_of(s)))
    row = rows_of(screen)[0]
    assert re.fullmatch(r"0 +\d +━+.* [123]/3 .* s +x=0\.\d", row), row
    screen.until(lambda s: "/4 done" in s.text and "; best" in s.text and bool(rows_of(s)))
    assert screen.wait() == 0
    told = [line for line in screen.lines if re.match(r"trial \d: ", line)]
    assert sorted(line.split(":")[0] for line in told) == [f"trial {number}" for number in range(4)]
    assert "trial 2: 0.333333  x=0.3" in told
    assert rows_of(screen) == []  # the table is gone
    assert "4 complete, 0 pruned, 0 failed" in screen.text
    assert not screen.cursor_is_hidden


def test_what_jobs_print_stays_above_the_table(show: Show) -> None:
    screen = show("trouble=print")
    assert screen.wait() == 0
    assert [line for line in screen.lines if line.startswith("printed by")] == [
        f"printed by x=0.{number}" for number in (1, 2, 3, 4)
    ]


def test_what_jobs_of_other_processes_print_goes_to_files(show: Show, tmp_path: Path) -> None:
    screen = show("trouble=print", *JOBLIB)
    assert screen.wait() == 0
    assert "printed by" not in screen.text
    assert "written to a terminal" not in screen.text
    logs = [path.read_text(encoding="utf-8") for path in tmp_path.glob("study/workers/*/output.log")]
    assert sum(log.count("printed by") for log in logs) == 4
    assert sum(log.count("written to a terminal") for log in logs) == 4


@pytest.mark.parametrize("supervised", [(), ("hydra.sweeper.trial_timeout=60",)], ids=["plain", "supervised"])
def test_a_failure_is_told_with_its_reason_and_folder(show: Show, supervised: tuple[str, ...]) -> None:
    screen = show("trouble=raise", "trouble_at=0.2", *supervised)
    assert screen.wait() == 1
    assert "trial 1: FAILED: RuntimeError: no luck with x=0.2 (study/1)  x=0.2" in screen.text


@LAUNCHERS
def test_ctrl_c_leaves_the_terminal_as_it_was(show: Show, launcher: tuple[str, ...]) -> None:
    screen = show("seconds=30", *launcher)
    screen.until(lambda s: bool(rows_of(s)))
    os.killpg(screen.process.pid, signal.SIGINT)
    assert screen.wait() == 130
    assert not screen.cursor_is_hidden
    assert rows_of(screen) == []
    assert "stopped by SIGINT" in screen.text


@pytest.mark.parametrize("progress", ["plain", "none"])
def test_who_wants_no_table_gets_none(show: Show, progress: str) -> None:
    screen = show("trouble=print", f"hydra.sweeper.progress={progress}", *JOBLIB)
    assert screen.wait() == 0
    assert "worker  trial" not in screen.text
    assert screen.text.count("printed by") == 4
    assert screen.text.count("done; best") == (4 if progress == "plain" else 0)


def test_another_terminal_can_watch(show: Show, tmp_path: Path) -> None:
    sweep = show("seconds=30", *JOBLIB)
    sweep.until(lambda s: len(rows_of(s)) == 2)
    other = show(words=[sys.executable, "-m", "sweeps", "status", str(tmp_path / "study"), "--watch", "0.2"])
    other.until(lambda s: len(rows_of(s)) == 2 and "/3" in rows_of(s)[0])
    os.killpg(other.process.pid, signal.SIGINT)
    assert other.wait() == 130
    assert not other.cursor_is_hidden


def test_a_table_that_is_asked_for_on_an_old_terminal_ends_nothing(show: Show) -> None:
    words = command(*SPACE, "seconds=0.3", "hydra.sweeper.progress=rich", "hydra.sweeper.study_name=x")
    screen = show(words=["env", "PYTHONIOENCODING=latin-1", *words])
    assert screen.wait() == 0
    assert "4 complete, 0 pruned, 0 failed" in screen.text


def test_what_goes_to_a_file_still_does(show: Show, tmp_path: Path) -> None:
    line = " ".join(f"'{word}'" for word in command(*SPACE, "trouble=print"))
    screen = show(words=["sh", "-c", f"{line} 2> errors.txt"])
    assert screen.wait() == 0
    assert "written to a terminal" in (tmp_path / "errors.txt").read_text(encoding="utf-8")
