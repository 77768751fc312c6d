"""Going on with a sweep: after its end, a signal, a kill; from a second shell; and when it is refused."""

from __future__ import annotations

import functools
import os
import signal
from pathlib import Path

import pytest

from tests.sweeps.conftest import (
    BASIC_OFTEN,
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


def _has_begun(events: Path, times: int) -> bool:
    """Whether trial 1 has begun so many times."""
    return sum(line.endswith(" 1") for line in lines(events)) == times


@SIGNALS
def test_a_signal_stops_and_the_same_command_goes_on(
    start: Start, sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...], signum: int, code: int
) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2,3", f"events={events}", "slow_at=1", *launcher
    process = start(*arguments, "seconds=20")
    stopped = stopped_in_the_midst(process, tmp_path, signum, code)
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
    # What the killed sweep had begun comes first, so that it does what it would have done.
    assert [line for line in lines(events) if line.startswith("end")] == ["end 0 0", "end 3 1", "end 2 2"]


@BASIC_OFTEN
def test_a_trial_that_dies_with_its_sweep_is_tried_again_however_often(
    start: Start, sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2", f"events={events}", "slow_at=1", *launcher
    for times in (1, 2, 3):
        process = start(*arguments, "seconds=60")
        wait_for(functools.partial(_has_begun, events, times))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    again = sweep(*arguments, "seconds=0")
    assert again.returncode == 0, again.stderr
    # One that was killed while its parameters were drawn has none.
    attempts = [trial for trial in trials_of(tmp_path) if trial.params.get("x") == 1]
    assert states(attempts) == ["FAIL", "FAIL", "FAIL", "COMPLETE"]
    assert {trial.user_attrs.get("sweeps:spared") for trial in attempts[:3]} == {"its sweep died too"}
    told = "its worker died; does not count: its sweep died too"
    rows = {line.split(",")[0]: line for line in lines(folder_of(tmp_path) / "trials.csv")}
    assert all(told in rows[str(trial.number)] for trial in attempts[:3])


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


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(("trouble", "state"), [("swallow", "FAIL"), ("finish", "COMPLETE")])
def test_a_signal_whose_exception_was_swallowed_stops_all_the_same(
    start: Start, tmp_path: Path, trouble: str, state: str, signum: int, code: int
) -> None:
    """Optuna's journal makes a `RuntimeError` of one that strikes it in its lock; jobs may catch it."""
    events = tmp_path / "events"
    process = start("x=0,1,2", f"trouble={trouble}", "trouble_at=1", f"events={events}")
    wait_for(lambda: "wait 1 1" in lines(events))  # within the `try`
    process.send_signal(signum)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == code, stderr
    trials = trials_of(tmp_path)
    assert states(trials)[:3] == ["COMPLETE", state, "WAITING"]
    if state == "FAIL":
        assert trials[1].user_attrs["sweeps:cause"] == "interrupted"
