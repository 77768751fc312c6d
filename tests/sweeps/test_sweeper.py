"""Whole sweeps: grids, budgets, resuming, joining, failures, signals. Real processes, real journals."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sweeps.conftest import Sweep, folder_of, states, study_of, trials_of

Start = Callable[..., "subprocess.Popen[str]"]
JOBLIB = ("hydra/launcher=joblib", "hydra.sweeper.n_workers=2")
LAUNCHERS = pytest.mark.parametrize("launcher", [(), JOBLIB], ids=["basic", "joblib"])


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something has happened; never longer than that."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@LAUNCHERS
def test_finite_choices_are_run_each_combination_once(
    sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    result = sweep("x=0.1,0.2,0.4", "shape=round,wide", *launcher)
    assert result.returncode == 0, result.stderr
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE"] * 6
    seen = [(trial.params["x"], trial.params["shape"]) for trial in trials]
    assert seen == list(itertools.product([0.1, 0.2, 0.4], ["round", "wide"]))
    for trial in trials:
        depth = 0 if trial.params["shape"] == "round" else -1
        assert trial.value == (trial.params["x"] - 0.3) ** 2 + depth + 1 / 3
        folder = folder_of(tmp_path) / str(trial.number)
        assert f"shape={trial.params['shape']}" in lines(folder / ".hydra" / "overrides.yaml")[1]
    assert "best: -0.656667 (trial 3)" in result.stdout
    assert result.stderr == ""


def test_the_same_command_again_runs_nothing_twice(sweep: Sweep, tmp_path: Path) -> None:
    arguments = "x=0.1,0.2", f"events={tmp_path}/events"
    sweep(*arguments)
    before = {path: path.stat().st_mtime_ns for path in folder_of(tmp_path).rglob("*.yaml")}
    again = sweep(*arguments)
    assert again.returncode == 0
    assert len(lines(tmp_path / "events")) == 4
    assert {path: path.stat().st_mtime_ns for path in folder_of(tmp_path).rglob("*.yaml")} == before


def test_four_trials_and_then_eight_are_the_eight_of_one_go(sweep: Sweep, tmp_path: Path) -> None:
    space = (
        "x=interval(0,1)",
        "y=range(0,5)",
        "shape=round,wide",
        "hydra/sweeper/optuna_study/sampler=tpe",
        "hydra.sweeper.sampler.n_startup_trials=3",
        "hydra/sweeper/optuna_study/pruner=median",
        "hydra.sweeper.pruner.n_startup_trials=2",
    )
    (tmp_path / "parts").mkdir()
    (tmp_path / "whole").mkdir()
    parts, whole = (f"hydra.sweep.dir={tmp_path}/{name}/results/s" for name in ("parts", "whole"))
    name = "hydra.sweeper.study_name=s"
    sweep(*space, parts, name, "hydra.sweeper.n_trials=4")
    sweep(*space, parts, name, "hydra.sweeper.n_trials=8")
    sweep(*space, whole, name, "hydra.sweeper.n_trials=8")
    one, other = (trials_of(tmp_path / folder) for folder in ("parts", "whole"))
    assert len(one) == len(other) == 8
    assert [(t.params, t.state, t.value, t.intermediate_values) for t in one] == [
        (t.params, t.state, t.value, t.intermediate_values) for t in other
    ]
    assert len({t.params["x"] for t in one}) == 8
    assert "PRUNED" in states(one)


def test_workers_do_not_wait_for_a_slow_trial(sweep: Sweep, tmp_path: Path) -> None:
    events = tmp_path / "events"
    events.touch()
    result = sweep(
        "x=0,1,2,3,4,5,6,7",
        "slow_at=0",
        f"events={events}",
        f"wait_for={events}",
        "wait_lines=15",  # 8 starts and the 7 other ends
        *JOBLIB,
    )
    assert result.returncode == 0, result.stderr
    assert lines(events)[-1] == "end 0 0"
    assert sorted(line.split()[1] for line in lines(events) if line.startswith("end")) == list("01234567")


def test_a_pruned_trial_is_pruned_and_not_failed(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep(
        "x=0.3,0.2,5,0.1",
        "hydra/sweeper/optuna_study/pruner=median",
        "hydra.sweeper.pruner.n_startup_trials=2",
        f"events={tmp_path}/events",
    )
    assert result.returncode == 0
    trials = trials_of(tmp_path)
    assert states(trials)[:3] == ["COMPLETE", "COMPLETE", "PRUNED"]
    assert trials[2].intermediate_values == {1: (5 - 0.3) ** 2 + 1}
    assert trials[2].user_attrs["sweeps:reason"].startswith("pruned at step 1")
    assert "end 2 5" not in lines(tmp_path / "events")


def test_threads_of_a_worker_are_its_share(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=1,2", "hydra.sweeper.threads_per_worker=3", "hydra.sweeper.threads_key=y")
    assert [trial.user_attrs["sweeps:job"]["overrides"][-1] for trial in trials_of(tmp_path)] == ["y=3"] * 2


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
    assert [trial.params["x"] for trial in trials] == [0, 1, 1, 1]
    assert [trial.user_attrs.get("sweeps:retry_of") for trial in trials] == [None, None, 1, 2]
    assert "1 failed, 2 tried again" in result.stdout


def test_a_killed_worker_is_lost_and_its_trial_tried_again_once(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0,1,2,3", "trouble=kill", "trouble_at=1", f"once={tmp_path}/once", *JOBLIB)
    assert result.returncode == 0, result.stderr
    trials = trials_of(tmp_path)
    done = sorted(trial.params["x"] for trial in trials if trial.state.name == "COMPLETE")
    assert done == [0, 1, 2, 3]
    lost = next(trial for trial in trials if trial.state.name == "FAIL" and trial.params["x"] == 1)
    assert lost.user_attrs["sweeps:cause"] == "lost"
    assert "its worker died" in lost.user_attrs["sweeps:reason"]


def test_a_trial_that_kills_every_worker_does_not_stop_the_others(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0,1,2,3", "trouble=kill", "trouble_at=1", "hydra/launcher=joblib")
    trials = trials_of(tmp_path)
    done = sorted(trial.params["x"] for trial in trials if trial.state.name == "COMPLETE")
    assert done == [0, 2, 3]
    assert sum(trial.params["x"] == 1 for trial in trials) == 2
    assert result.returncode == 1


@LAUNCHERS
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_and_the_same_command_goes_on(
    start: Start, sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...], signum: int, code: int
) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2,3", f"events={events}", "slow_at=1", *launcher
    process = start(*arguments, "seconds=20")
    wait_for(lambda: any(line.startswith("start 1") for line in lines(events)))
    wait_for(lambda: any(line.startswith("end 0") for line in lines(events)))
    os.killpg(process.pid, signum) if signum == signal.SIGINT else process.send_signal(signum)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    stopped = trials_of(tmp_path)
    assert "RUNNING" not in states(stopped)
    failed = [trial for trial in stopped if trial.state.name == "FAIL"]
    assert failed
    assert all(trial.user_attrs["sweeps:cause"] == "interrupted" for trial in failed)
    again = sweep(*arguments, "seconds=0")
    assert again.returncode == 0, again.stderr
    done = [trial.params["x"] for trial in trials_of(tmp_path) if trial.state.name == "COMPLETE"]
    assert sorted(done) == [0, 1, 2, 3]


def test_a_killed_sweep_goes_on_and_loses_nothing(start: Start, sweep: Sweep, tmp_path: Path) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2", f"events={events}", "slow_at=1"
    process = start(*arguments, "seconds=60")
    wait_for(lambda: "start 1 1" in lines(events))
    process.kill()
    process.communicate()
    assert states(trials_of(tmp_path)) == ["COMPLETE", "RUNNING", "WAITING"]
    again = sweep(*arguments, "seconds=0")
    assert again.returncode == 0, again.stderr
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE", "FAIL", "COMPLETE", "COMPLETE"]
    assert trials[1].user_attrs["sweeps:cause"] == "lost"
    assert trials[3].params == trials[1].params
    assert [line for line in lines(events) if line.startswith("end")] == ["end 0 0", "end 2 2", "end 3 1"]


def test_a_second_shell_joins_in(start: Start, sweep: Sweep, tmp_path: Path) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2,3,4,5", f"events={events}", "slow_at=0", f"wait_for={events}", "wait_lines=11"
    first = start(*arguments)
    wait_for(lambda: "start 0 0" in lines(events))
    second = sweep(*arguments)
    first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 6
    assert len(lines(events)) == 12
    workers = {trial.user_attrs["sweeps:job"]["worker"] for trial in trials_of(tmp_path)}
    assert workers == {0, 1}


def test_two_shells_at_once_keep_to_one_budget(start: Start, tmp_path: Path) -> None:
    arguments = "x=interval(0,1)", "hydra.sweeper.n_trials=10", "seconds=0.01"
    both = [start(*arguments) for _ in range(2)]
    for process in both:
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE"] * 10
    assert len({trial.params["x"] for trial in trials}) == 10


def test_another_search_space_or_configuration_is_refused(sweep: Sweep, tmp_path: Path) -> None:
    name = "hydra.sweeper.study_name=mine"
    sweep("x=1,2", name)
    before = (folder_of(tmp_path) / "study.journal").read_bytes()
    result = sweep("x=1,2,3", "steps=5", name)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "steps: 3 -> 5" in result.stderr
    assert "search_space.x: 1, 2 -> 1, 2, 3" in result.stderr
    assert (folder_of(tmp_path) / "study.journal").read_bytes() == before
    assert sweep("x=1,2", name, "seconds=0.001").returncode == 0  # ignored fields may differ


def test_other_words_start_another_study(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=1,2", "y=3")
    sweep("y=3", "x=1,2", "seconds=0.001")  # the same words in another order, and one that does not count
    assert len(list((tmp_path / "results").iterdir())) == 1
    sweep("x=1,2", "y=4")
    assert len(list((tmp_path / "results").iterdir())) == 2


def test_a_target_ends_the_sweep(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=5,4,0.3,6,7", "hydra.sweeper.target=1")
    assert result.returncode == 0
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 3 + ["WAITING"] * 2


def test_wall_time_ends_the_sweep(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2,3,4,5,6", "seconds=0.2", "hydra.sweeper.timeout=1")
    assert result.returncode == 0
    done = states(trials_of(tmp_path)).count("COMPLETE")
    assert 1 <= done <= 3
    sweep("x=1,2,3,4,5,6", "seconds=0.2", "hydra.sweeper.timeout=1")
    assert states(trials_of(tmp_path)).count("COMPLETE") == done  # the total counts, not each call's time


def test_a_conditional_parameter_exists_only_where_it_should(sweep: Sweep, tmp_path: Path) -> None:
    sweep("shape=round,wide", "momentum=0,0.5", "hydra.sweeper.conditions={momentum:{shape:wide}}")
    seen = [trial.params for trial in trials_of(tmp_path)]
    assert seen == [{"shape": "round"}, {"shape": "wide", "momentum": 0}, {"shape": "wide", "momentum": 0.5}]


def test_parameters_in_yaml_are_replaced_by_the_command_line(sweep: Sweep, tmp_path: Path) -> None:
    params = "hydra.sweeper.params={x:'1,2,3',y:'4,5'}"
    sweep(params, "x=7")
    trials = trials_of(tmp_path)
    assert [trial.params for trial in trials] == [{"y": 4}, {"y": 5}]
    assert all("x=7" in trial.user_attrs["sweeps:job"]["overrides"] for trial in trials)


def test_warm_starts_come_first(sweep: Sweep, tmp_path: Path) -> None:
    sweep(
        "x=interval(0,1)",
        "y=0,2",
        "hydra.sweeper.n_trials=3",
        "hydra.sweeper.enqueue=[{x:0.25,y:2},{x:0.75}]",
    )
    trials = trials_of(tmp_path)
    assert trials[0].params == {"x": 0.25, "y": 2}
    assert trials[1].params["x"] == 0.75


def test_the_best_of_another_study_come_first(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=0.9,0.3,0.5")
    journal = folder_of(tmp_path) / "study.journal"
    other = f"hydra.sweep.dir={tmp_path}/other/results/b"
    sweep(
        "x=interval(0,1)",
        "hydra.sweeper.n_trials=2",
        f"hydra.sweeper.enqueue_best={{storage:'{journal}',k:2}}",
        other,
        "hydra.sweeper.study_name=b",
    )
    assert [trial.params["x"] for trial in trials_of(tmp_path / "other")] == [0.3, 0.5]


def test_several_objectives_have_a_front(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=0.3", "y=0,1,2,3", "several=true", "hydra.sweeper.direction=[minimize,minimize]")
    assert result.returncode == 0, result.stderr
    study = study_of(tmp_path)
    assert [trial.params["y"] for trial in study.best_trials] == [0, 1, 2]
    assert "Pareto front: 3 trials" in result.stdout


def test_trials_are_composed_from_copies_of_the_yaml_files(sweep: Sweep, tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "extra").mkdir()
    (folder / "extra" / "one.yaml").write_text("# @package _global_\nmomentum: 1\n", encoding="utf-8")
    arguments = "x=1,2", "+extra=one", f"--config-dir={folder}"
    sweep(*arguments)
    copies = folder_of(tmp_path) / "conf"
    assert (copies / "extra" / "one.yaml").exists()
    assert (copies / "shape" / "round.yaml").exists()
    assert not (copies / "shape" / "wide.yaml").exists()
    # An edited file is a changed configuration, and refused.
    (folder / "extra" / "one.yaml").write_text("# @package _global_\nmomentum: 2\n", encoding="utf-8")
    result = sweep(*arguments)
    assert result.returncode == 2
    assert "momentum: 1 -> 2" in result.stderr


def test_sqlite_will_do(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2,3,4", "hydra.sweeper.storage=sqlite:///study.db", *JOBLIB)
    assert result.returncode == 0, result.stderr
    assert not (folder_of(tmp_path) / "study.journal").exists()
    assert (tmp_path / "study.db").exists()
    assert sweep("x=1,2,3,4", "hydra.sweeper.storage=sqlite:///study.db", *JOBLIB).returncode == 0
