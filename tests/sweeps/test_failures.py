"""Trials that fail, and workers that die with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.results import tables
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import (
    APP,
    JOBLIB,
    Sweep,
    command,
    folder_of,
    states,
    trials_of,
)
from tests.sweeps.program.returns import KINDS


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("raise", "RuntimeError: no luck with x=1"),
        ("memory", "MemoryError"),
        ("undefined", "the job returned NaN"),
        ("text", "the job returned 'much'; the study needs a number"),
        ("exit", "the job left with exit code 7"),
    ],
)
def test_a_failed_trial_says_why_and_the_sweep_goes_on(
    sweep: Sweep, tmp_path: Path, trouble: str, reason: str
) -> None:
    result = sweep("x=0,1,2", f"trouble={trouble}", "trouble_at=1")
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE", "FAIL", "COMPLETE"]
    assert trials[1].user_attrs["sweeps:reason"] == reason
    assert result.returncode == 1  # a combination is missing
    assert f"last failure: trial 1, {reason}" in result.stdout
    assert "hydra.sweeper.retries" in result.stdout
    assert (folder_of(tmp_path) / "1" / "traceback.txt").exists() == (trouble in ("raise", "memory"))


def test_failures_are_borne_up_to_their_limit(sweep: Sweep, tmp_path: Path) -> None:
    arguments = "x=interval(0,1)", "trouble=raise", "hydra.sweeper.n_trials=9"
    result = sweep(*arguments, "hydra.sweeper.max_failures=2")
    assert result.returncode == 1
    assert states(trials_of(tmp_path)) == ["FAIL"] * 3
    assert "max_failures=2" in result.stdout
    again = sweep(*arguments, "hydra.sweeper.max_failures=2")
    assert again.returncode == 1
    assert len(trials_of(tmp_path)) == 3
    sweep(*arguments, "hydra.sweeper.max_failures=3")
    assert len(trials_of(tmp_path)) == 4


def test_what_raised_is_tried_again_as_often_as_asked(sweep: Sweep, tmp_path: Path) -> None:
    arguments = "x=0,1", "trouble=raise", "trouble_at=1"
    sweep(*arguments)
    assert states(trials_of(tmp_path)) == ["COMPLETE", "FAIL"]
    result = sweep(*arguments, "hydra.sweeper.retries=2")
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE", "FAIL", "FAIL", "FAIL"]
    assert [trial.params.get("x") for trial in trials] == [0, 1, 1, 1]
    assert [trial.user_attrs.get("sweeps:retry_of") for trial in trials] == [None, None, 1, 2]
    assert "1 failed, 2 tried again" in result.stdout


def test_a_killed_worker_is_lost_and_its_trial_tried_again_once(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0,1,2,3", "trouble=kill", "trouble_at=1", f"once={tmp_path}/once", *JOBLIB)
    assert result.returncode == 0, result.stderr
    trials = trials_of(tmp_path)
    done = sorted(trial.params["x"] for trial in trials if trial.state.name == "COMPLETE")
    assert done == [0, 1, 2, 3]
    lost = next(trial for trial in trials if trial.state.name == "FAIL" and trial.params.get("x") == 1)
    assert lost.user_attrs["sweeps:cause"] == "lost"
    assert "its worker died" in lost.user_attrs["sweeps:reason"]


def test_a_trial_that_kills_every_worker_does_not_stop_the_others(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0,1,2,3", "trouble=kill", "trouble_at=1", "hydra/launcher=joblib")
    trials = trials_of(tmp_path)
    done = sorted(trial.params["x"] for trial in trials if trial.state.name == "COMPLETE")
    assert done == [0, 2, 3]
    assert sum(trial.params.get("x") == 1 for trial in trials) == 2
    assert result.returncode == 1


def test_bad_numbers_fail_their_trials_and_no_other(tmp_path: Path) -> None:
    grid = f"+kind={','.join(KINDS)}"
    words = [
        sys.executable,
        str(APP.with_name("returns.py")),
        "--multirun",
        "hydra/sweeper=optuna_study",
        grid,
    ]
    words += ["hydra.sweep.dir=results/s", "hydra.sweeper.max_failures=null"]
    words += ["hydra/sweeper/optuna_study/pruner=median"]
    result = subprocess.run(words, cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True, timeout=120)
    assert result.returncode == 1, result.stderr  # combinations are missing
    trials = {trial.params["kind"]: trial for trial in trials_of(tmp_path)}
    for kind, (_, reason) in KINDS.items():
        trial = trials[kind]
        assert trial.state.name == ("COMPLETE" if reason is None else "FAIL"), kind
        assert trial.user_attrs.get("sweeps:reason") == reason, kind
        if reason is not None:
            assert f"trial {trial.number}: FAILED: {reason} (" in result.stdout
    assert "best: 1.25 " in result.stdout
    table = tables.read(folder_of(tmp_path) / "leaderboard.csv")
    assert table["value"].dropna().tolist() == [1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 4.0]
    assert len(table) == len(KINDS)


SUPERVISED = ("hydra.sweeper.trial_timeout=100",)


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files")
@pytest.mark.parametrize("how", [(), SUPERVISED, JOBLIB], ids=["basic", "supervised", "joblib"])
def test_a_journal_that_can_grow_no_more_stops_the_sweep_and_costs_no_trial(
    sweep: Sweep, tmp_path: Path, how: tuple[str, ...]
) -> None:
    """As on a full disk: all that is written beyond a size is refused, in the middle of a record."""
    arguments = "x=0,1,2,3,4,5,6,7", "shape=round", *how
    first = subprocess.run(
        ["bash", "-c", 'ulimit -f 10 && exec "$@"', "bash", *command(*arguments)],
        cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert first.returncode == 1, first.stdout
    (line,) = first.stderr.splitlines()
    assert line.startswith("error: OSError: [Errno 27] File too large")
    assert line.endswith("the same command goes on when that is mended")
    before = [trial for trial in trials_of(tmp_path) if trial.state.name == "COMPLETE"]
    assert before
    second = sweep(*arguments)
    assert (second.returncode, second.stderr) == (0, "")
    trials = trials_of(tmp_path)
    assert all(trials[trial.number].value == trial.value for trial in before)
    assert sorted(t.params["x"] for t in trials if t.state.name == "COMPLETE") == list(range(8))
