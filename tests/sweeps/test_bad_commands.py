"""Bad commands, given to real programs: one line, exit code 2, nothing written. A few of the corpus as a user
gives them, more of it in forks of one process; `python -m tests.sweeps.bad_commands` gives them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import OUTSIDE, ROOT
from tests.sweeps.bad_commands.command import GRID, Bad
from tests.sweeps.bad_commands.corpus import COMMANDS
from tests.sweeps.bad_commands.running import environment, fresh, verdict

ALL = [(command, program) for command in COMMANDS for program in command.programs]
SPREAD = ALL[:: len(ALL) // 12]


def gave(*options: str, timeout: int) -> str:
    """What the corpus says of itself."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sweeps.bad_commands", *options],
        cwd=ROOT,
        env=OUTSIDE,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    commands = [(command.words, program, tuple(command.given.items())) for command, program in ALL]
    assert len({words for words, *_ in commands}) >= 700
    assert len(set(commands)) == len(commands)


@pytest.mark.parametrize(("command", "program"), SPREAD, ids=lambda value: str(value)[:60])
def test_one_line_exit_code_2_and_nothing_written(tmp_path: Path, command: Bad, program: str) -> None:
    assert verdict(command, program, fresh, tmp_path / "here", environment(tmp_path / "cache")) is None


def test_every_50th_of_them_in_forks_of_one_process() -> None:
    asked = len(ALL[::50])
    assert gave("--every", "50", timeout=1200).splitlines()[-1] == (
        f"{asked} of {asked} bad commands answered right"
    )


@pytest.mark.slow
@pytest.mark.parametrize("way", [[], ["--fresh"]], ids=["forked", "fresh"])
def test_all_of_them(way: list[str]) -> None:
    assert gave(*way, timeout=4 * 3600).splitlines()[-1] == (
        f"{len(ALL)} of {len(ALL)} bad commands answered right"
    )


@pytest.mark.parametrize(
    ("words", "given", "wrong"),
    [
        ((GRID, "hydra.sweeper.dry_run=true"), {}, "exit code 0"),
        (("x=1,1",), {}, "does not say 'nothing'"),
        (("x=1", "trouble=raise"), {}, "writes results"),
    ],
)
def test_what_is_answered_badly_is_seen(
    tmp_path: Path, words: tuple[str, ...], given: dict[str, str], wrong: str
) -> None:
    command = Bad("nothing", words, ("app",), given=given)
    found = verdict(command, "app", fresh, tmp_path / "here", environment(tmp_path / "cache"))
    assert found is not None
    assert found.startswith(wrong)
