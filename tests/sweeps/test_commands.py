"""`python -m sweeps ...`, as people type it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.commands.terminal import board_lines
from sweeps.results import tables
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import APP, command

Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study of 6 trials, one failed, with checkpoints to delete."""
    root = tmp_path_factory.mktemp("study")
    words = command("x=0.1,0.3,1", "shape=round,wide", "trouble=raise", "trouble_at=1")
    subprocess.run(words, cwd=root, env=OUTSIDE, capture_output=True, check=False, timeout=120)
    (folder,) = (root / "results").iterdir()
    for number in range(6):
        (folder / str(number) / "checkpoints").mkdir(exist_ok=True)
        (folder / str(number) / "checkpoints" / "last").write_bytes(b"x" * 2**19)
        (folder / str(number) / "kept").write_bytes(b"x")
    return folder


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Runs `python -m sweeps ARGUMENTS`."""

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> object:
        return subprocess.run(
            [sys.executable, "-m", "sweeps", *map(str, arguments)],
            cwd=cwd,
            env=OUTSIDE,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    return run  # type: ignore[return-value]


def test_status_counts_and_names_the_best(tool: Tool, study: Path) -> None:
    result = tool("status", study)
    assert result.returncode == 0, result.stderr
    assert "4 complete, 0 pruned, 2 failed, 0 tried again, 0 running, 0 waiting" in result.stdout
    assert "best: -0.666667 (trial 3) x=0.3 shape=wide" in result.stdout


def test_the_table_fits_a_terminal_and_has_what_matters(tool: Tool, study: Path) -> None:
    result = tool("leaderboard", study)
    assert result.returncode == 0, result.stderr
    rows = result.stdout.splitlines()
    assert all(len(line) <= 80 for line in rows)
    assert {"rank", "value", "x", "shape"} <= set(rows[0].split())
    assert rows[2].split()[:3] == ["1", "3", "-0.6667"]
    assert len(rows) == 8


def test_leaderboard_in_other_formats(tool: Tool, study: Path) -> None:
    text = tool("leaderboard", study, "--format", "csv", "--top", "2").stdout
    assert text.splitlines() == (study / "leaderboard.csv").read_text().splitlines()[:3]
    rows = json.loads(tool("leaderboard", study, "--format", "json").stdout)
    assert [row["trial"] for row in rows] == [3, 1, 2, 0, 4, 5]
    markdown = tool("leaderboard", study, "--format", "markdown", "--sort=-x").stdout.splitlines()
    assert markdown[0].startswith("| rank | trial | state | value | x | shape |")
    assert "| 1.00 | round |" in markdown[2]
    refused = tool("leaderboard", study, "--sort", "nothing")
    assert refused.returncode == 2
    assert "--sort=nothing: no such column" in refused.stderr


def test_both_tables_can_be_made_anew(tool: Tool, study: Path) -> None:
    before = (study / "trials.csv").read_text(), (study / "leaderboard.csv").read_text()
    (study / "trials.csv").write_text("foreign\n")
    (study / "leaderboard.csv").unlink()
    assert tool("leaderboard", study, "--rebuild").returncode == 0
    assert ((study / "trials.csv").read_text(), (study / "leaderboard.csv").read_text()) == before


def test_very_large_numbers_are_told_in_few_digits_and_stand_to_the_right() -> None:
    values = [4.1689521186238275e25, 1234.0]
    rows = [
        {"rank": i + 1, "trial": i, "state": "COMPLETE", "value": value, "objective": "val_loss"}
        for i, value in enumerate(values)
    ]
    large, small = list(board_lines(tables.frame_of(rows)))[2:]
    assert large.index("4.169e+25") + len("4.169e+25") == small.index("1234") + len("1234")


def test_tables_with_many_or_long_parameters_keep_them_all() -> None:
    rows = [
        {"rank": 1, "trial": 0, "state": "COMPLETE", "value": 150.25, "objective": "val_loss"}
        | {f"params_some.group.parameter_{index}": 0.123456 + index for index in range(9)}
    ]
    shown = list(board_lines(tables.frame_of(rows)))
    assert all(len(line) <= 80 for line in shown)
    assert all(f"parameter_{index}=" in " ".join(shown) for index in range(9))
    assert "val_loss" in shown[0]
    assert "150.25" in shown[2]


def test_best_prints_the_command(tool: Tool, study: Path) -> None:
    result = tool("best", study)
    assert result.returncode == 0, result.stderr
    comment, line = result.stdout.splitlines()
    assert comment == "# trial 3: -0.666667"
    words = shlex.split(line)
    assert words[0] == "python"
    assert {"x=0.3", "shape=wide"} <= set(words)
    assert tool("best", study, "--trial", "99").returncode == 2


def test_importance_and_export_and_list(tool: Tool, study: Path, tmp_path: Path) -> None:
    result = tool("importance", study)
    assert result.returncode == 0, result.stderr
    assert "shape" in result.stdout
    assert tool("export", study, "all.csv").returncode == 0
    assert len(tables.read(tmp_path / "all.csv")) == 6
    again = tool("export", study, "all.csv")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    assert tool("export", study, "curves.csv", "--curves").returncode == 0
    assert len(tables.read(tmp_path / "curves.csv")) == 12
    listed = tool("list", study.parent.parent)
    assert listed.returncode == 0
    assert f"results/{study.name}" in listed.stdout
    assert "no study below" in tool("list", ".").stdout


def test_gc_deletes_only_what_it_shows_and_only_when_told(tool: Tool, study: Path) -> None:
    asked = tool("gc", study, "--keep", "2")
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert (study / "0" / "checkpoints").exists()
    result = tool("gc", study, "--keep", "2", "--yes")
    assert result.returncode == 0, result.stderr
    assert "4 folders, 2.0 MiB" in result.stdout
    kept = [number for number in range(6) if (study / str(number) / "checkpoints").exists()]
    assert kept == [1, 3]
    assert all((study / str(number) / "kept").exists() for number in range(6))
    assert "nothing to delete" in tool("gc", study, "--keep", "2", "--yes").stdout


def test_plan_launches_and_writes_nothing(tool: Tool, tmp_path: Path) -> None:
    result = tool("plan", *command("x=1,2", "shape=round,wide"))
    assert result.returncode == 0, result.stderr
    assert "4 combinations:" in result.stdout
    assert "x=2 shape=wide" in result.stdout
    assert list(tmp_path.iterdir()) == []
    refused = tool("plan", "python", "-m", "no_such_module", "x=1")
    assert refused.returncode == 2
    assert "needs the command of a multirun" in refused.stderr
    sampled = tool("plan", sys.executable, APP, "-m", "x=interval(0,1)", "hydra.sweeper.n_trials=3")
    assert sampled.stdout.count("  x=0.") == 3


def test_compare_says_unknown_without_replicates(tool: Tool, study: Path, tmp_path: Path) -> None:
    tool("leaderboard", study)
    other = tmp_path / "other.csv"
    board = tables.read(study / "leaderboard.csv")
    tables.write(other, board.assign(value=board["value"] + 1))
    result = tool("compare", study / "leaderboard.csv", other)
    assert result.returncode == 0, result.stderr
    assert "unknown" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    tables.write(other, board.assign(direction="maximize"))
    refused = tool("compare", study / "leaderboard.csv", other)
    assert refused.returncode == 2
    assert "direction" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "nowhere"),
        ("leaderboard", "."),
        ("compare", "nothing.csv", "nothing2.csv"),
        ("compare", "torn.csv", "torn2.csv"),
        ("status", "damaged"),
    ],
)
def test_bad_input_is_one_line_and_names_the_file(
    tool: Tool, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    for name in ("torn.csv", "torn2.csv"):
        (tmp_path / name).write_text("trial,value\n1\n")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "spec.yaml").write_text("study: s\n")
    (tmp_path / "damaged" / "study.journal").write_text("{]\n{]\n")
    result = tool(*arguments)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert arguments[1].removesuffix(".") in result.stderr
