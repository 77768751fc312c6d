"""Workers whose trials run in processes of their own: trials that hang, grow, or die alone."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from sweeps.study.folder import StudyFolder
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import (
    BASIC_OFTEN,
    JOBLIB,
    SIGNALS,
    Start,
    Sweep,
    folder_of,
    lines,
    states,
    stopped_in_the_midst,
    trials_of,
    wait_for,
)

SUPERVISED = "hydra.sweeper.renew_after_trials=100"


def left_marks(tmp_path: Path) -> list[Path]:
    return [path for path in folder_of(tmp_path).rglob("*") if path.name in (".pulse", "error.txt")]


@BASIC_OFTEN
def test_a_trial_that_hangs_is_ended_and_the_others_are_not(
    sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    events = f"events={tmp_path}/events"
    result = sweep(
        "x=0,1,2,3", events, "slow_at=1", "seconds=100", "hydra.sweeper.trial_timeout=4", *launcher
    )
    assert result.returncode == 1, result.stderr  # a combination is missing
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE", "FAIL", "COMPLETE", "COMPLETE"]
    assert trials[1].user_attrs["sweeps:cause"] == "timed out"
    assert trials[1].user_attrs["sweeps:reason"] == "no report for 4 s (hydra.sweeper.trial_timeout)"
    assert "trial 1: no report for 4 s" in result.stdout
    again = sweep("x=0,1,2,3", events, "slow_at=1", "seconds=0", "hydra.sweeper.retries=1", *launcher)
    assert again.returncode == 0, again.stderr
    assert states(trials_of(tmp_path)) == ["COMPLETE", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]
    assert trials_of(tmp_path)[4].params == {"x": 1}
    assert not left_marks(tmp_path)


def test_a_trial_that_reports_may_take_longer(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0,1", "steps=6", "seconds=1", "hydra.sweeper.trial_timeout=4")
    assert result.returncode == 0, result.stderr
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 2


def test_a_process_is_replaced_after_so_many_trials(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0,1,2,3,4", "hydra.sweeper.renew_after_trials=2")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    pids = [trial.user_attrs["sweeps:job"]["pid"] for trial in trials_of(tmp_path)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 1]
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 5


@BASIC_OFTEN
def test_a_trial_that_kills_its_process_takes_nobody_along(
    sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    events = f"events={tmp_path}/events"
    result = sweep("x=0,1,2,3", events, "trouble=kill", "trouble_at=1", "seconds=0.1", SUPERVISED, *launcher)
    assert result.returncode == 1, result.stderr
    trials = trials_of(tmp_path)
    of_one = [trial for trial in trials if trial.params.get("x") == 1]
    assert states(of_one) == ["FAIL", "FAIL"]
    assert all(trial.user_attrs["sweeps:reason"] == "its process died (SIGKILL)" for trial in of_one)
    assert not any("sweeps:spared" in trial.user_attrs for trial in of_one)  # it died alone: that counts
    assert sorted(t.params["x"] for t in trials if t.state.name == "COMPLETE") == [0, 2, 3]
    started = [line for line in lines(tmp_path / "events") if line.startswith("start")]
    assert len(started) == 5  # nothing else was run twice


@SIGNALS
def test_a_signal_reaches_the_processes_of_trials(
    start: Start, sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...], signum: int, code: int
) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2,3", f"events={events}", "slow_at=1", SUPERVISED, *launcher
    process = start(*arguments, "seconds=20")
    stopped = stopped_in_the_midst(process, tmp_path, signum, code)
    assert {t.user_attrs["sweeps:cause"] for t in stopped if t.state.name == "FAIL"} == {"interrupted"}
    assert not living(tmp_path)
    again = sweep(*arguments, "seconds=0")
    assert again.returncode == 0, again.stderr
    assert sorted(t.params["x"] for t in trials_of(tmp_path) if t.state.name == "COMPLETE") == [0, 1, 2, 3]


def living(tmp_path: Path) -> set[int]:
    folder = StudyFolder(folder_of(tmp_path))
    return {pid for number in range(10) for pid in folder.processes_of(number)}


def test_a_trial_goes_on_when_the_sweep_is_killed_and_no_other_is_begun(
    start: Start, sweep: Sweep, tmp_path: Path
) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2", f"events={events}", "slow_at=0", SUPERVISED, *JOBLIB[:1]
    process = start(*arguments, "seconds=1")
    wait_for(lambda: "start 0 0" in lines(events))
    process.kill()
    process.wait()
    wait_for(lambda: not living(tmp_path))
    os.killpg(process.pid, signal.SIGKILL)  # joblib's own process would idle for five minutes
    process.communicate()
    assert lines(events) == ["start 0 0", "end 0 0"]
    assert states(trials_of(tmp_path)) == ["COMPLETE", "WAITING", "WAITING"]
    assert sweep(*arguments, "seconds=0").returncode == 0
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 3


def test_what_ends_the_process_reaches_the_sweep(sweep: Sweep, tmp_path: Path) -> None:
    """A function that suggests parameters, and raises, is no trial's job."""
    (tmp_path / "spaces.py").write_text(
        "import sys\n"
        "def suggest(cfg, trial):\n"
        "    if 'sweeps.workers.runner' in sys.modules:  # the sweep itself has rehearsed a few trials\n"
        "        raise LookupError('no such mine')\n"
    )
    path = os.pathsep.join([str(tmp_path), OUTSIDE["PYTHONPATH"]])
    function = "hydra.sweeper.custom_search_space=spaces.suggest"
    result = sweep("x=interval(0,1)", function, SUPERVISED, "hydra.sweeper.n_trials=2", PYTHONPATH=path)
    assert result.returncode == 1
    assert "LookupError: no such mine" in result.stdout
    assert "Traceback" not in result.stderr
