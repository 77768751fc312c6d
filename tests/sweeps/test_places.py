"""Sweeps in folders of odd names."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.sweeps.conftest import command, study_in
from tests.sweeps.shell import quoted, run, tool
from tests.sweeps.surroundings import HOSTILE

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="names and permissions of POSIX"),
]

NAMES = [
    "with blank", " lead", "trail ", "dot.", "-dash", "--multirun", "a=b", "a,b", "o'k", "''", 'quo"te',
    "back\\slash", "\\'", "per%cent", "$HOME", "$(id)", "`id`", "#hash", "semi;colon", "a&b", "a|b", "<in>",
    "!bang", "star*", "quest?", "tilde~", "a:b", "(par)", "sq[ua]re", "[1,2]", "cur{l}y", "{a:b}", "@at",
    "null", "true", "1e5", "new\nline", "tab\t", "\x07bell", "\u2028", "x" * 200, "e\u0301", "\U0001f600",
    "\u202e\u05e9\u05dc\u05d5\u05dd", "a\udcffb", "study.journal", "file:x", HOSTILE,
]  # fmt: skip


def require_whole(tmp_path: Path, name: str) -> None:
    """In a working folder of that name, with a study folder and a storage's folder of that name: a sweep, its
    status, its printed command in a shell, and the sweep once more."""
    cwd = tmp_path / name
    (cwd / "store" / name).mkdir(parents=True)
    words = ["x=1,2", f"hydra.sweep.dir={quoted(f'results/{name}')}"]
    words += [f"hydra.sweeper.storage={quoted(f'store/{name}/a.journal')}"]
    result = run(command(*words), cwd)
    assert result.returncode == 0, result.stderr
    folder = cwd / "results" / name
    assert (cwd / "store" / name / "a.journal").is_file()
    assert {path.name for path in folder.iterdir()} >= {
        "0",
        "1",
        "spec.yaml",
        "trials.csv",
        "leaderboard.csv",
    }
    assert (folder / "1" / ".hydra" / "config.yaml").is_file()
    status = tool(folder.parent, "status", f"./{name}")
    assert status.returncode == 0, status.stderr
    assert "2 complete" in status.stdout
    line = result.stdout.split("  again: ")[1].rstrip("\n")
    repeated = line.replace("python ", f"{shlex.quote(sys.executable)} ", 1)
    again = run(["sh", "-c", f"{repeated} hydra.run.dir=alone"], cwd)
    assert again.returncode == 0, again.stderr
    assert (cwd / "alone" / ".hydra").is_dir()
    resumed = run(command(*words), cwd)
    assert "going on: 2 complete" in resumed.stdout, resumed.stderr
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert {path.name for path in cwd.iterdir()} == {"store", "results", "alone"}


def test_a_folder_of_the_worst_name(tmp_path: Path) -> None:
    require_whole(tmp_path, HOSTILE)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_folders_of_odd_names(tmp_path: Path, name: str) -> None:
    require_whole(tmp_path, name)


@pytest.mark.parametrize("words", [(), (r"hydra.sweep.dir='../\${y}'",)], ids=["cwd", "named"])
def test_a_path_that_hydra_would_interpolate_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    cwd = tmp_path / ("here" if words else "${x}")
    cwd.mkdir()
    result = run(command("x=1,2", *words), cwd)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: hydra.sweep.dir={tmp_path}/")
    assert result.stderr.endswith(": must not have ${ in its path\n")
    assert list(tmp_path.rglob("*")) == [cwd]


def test_the_printed_command_repeats_odd_values(tmp_path: Path) -> None:
    texts = [
        "a b",
        "c,d",
        "e=f",
        "$HOME",
        "it's",
        'say "x"',
        "{g}",
        "[h]",
        "back\\slash",
        "ü\U0001f600",
        "#1",
        "",
    ]
    values = ",".join(map(quoted, texts))
    result = run(command(f"+t={values}", "hydra.sweep.dir=s", "hydra.sweeper.study_name=s"), tmp_path)
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "s").trials
    for trial in (trials[3], trials[4], trials[-1]):
        printed = tool(tmp_path, "best", "s", "--trial", str(trial.number)).stdout.splitlines()[1]
        repeated = printed.replace("python ", f"{shlex.quote(sys.executable)} ", 1)
        alone = run(["sh", "-c", f"{repeated} hydra.run.dir=alone_{trial.number}"], tmp_path)
        assert alone.returncode == 0, alone.stderr
        configs = [
            (tmp_path / folder / ".hydra" / "config.yaml").read_text(encoding="utf-8")
            for folder in (f"s/{trial.number}", f"alone_{trial.number}")
        ]
        assert configs[0] == configs[1]


@pytest.mark.slow
def test_another_working_folder_is_another_place(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert run(command("x=1,2"), tmp_path / name).returncode == 0
        assert (tmp_path / name / "results").is_dir()
