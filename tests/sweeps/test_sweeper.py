"""Whole sweeps: grids, workers, pruning, budgets, warm starts, objectives. Real processes, real journals."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import optuna
import pytest

from tests.conftest import OUTSIDE
from tests.sweeps.conftest import (
    JOBLIB,
    LAUNCHERS,
    Start,
    Sweep,
    folder_of,
    lines,
    states,
    study_of,
    trials_of,
)

RARE_PRUNERS = [pytest.param(name, marks=pytest.mark.slow) for name in ("percentile", "patient", "threshold")]


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


def test_sqlite_will_do(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2,3,4", "hydra.sweeper.storage=sqlite:///study.db", *JOBLIB)
    assert result.returncode == 0, result.stderr
    assert not (folder_of(tmp_path) / "study.journal").exists()
    assert (tmp_path / "study.db").exists()
    assert sweep("x=1,2,3,4", "hydra.sweeper.storage=sqlite:///study.db", *JOBLIB).returncode == 0


def test_a_function_may_suggest_what_rules_cannot_say(sweep: Sweep, tmp_path: Path) -> None:
    (tmp_path / "spaces.py").write_text(
        "def suggest(cfg, trial):\n"
        "    x = trial.params['x']\n"
        "    trial.suggest_float('momentum', 0, x)\n"
        "    if x > 0.5:\n"
        "        trial.suggest_categorical('sizes', ['[1,2]', '[3]'])\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(tmp_path), OUTSIDE["PYTHONPATH"]])
    function = "hydra.sweeper.custom_search_space=spaces.suggest"
    result = sweep("x=interval(0,1)", function, "hydra.sweeper.n_trials=6", PYTHONPATH=path)
    assert result.returncode == 0, result.stderr
    for trial in trials_of(tmp_path):
        assert 0 <= trial.params["momentum"] <= trial.params["x"]
        assert ("sizes" in trial.params) == (trial.params["x"] > 0.5)
        said = lines(folder_of(tmp_path) / str(trial.number) / ".hydra" / "overrides.yaml")
        assert (f"- sizes={trial.params.get('sizes')}" in said) == ("sizes" in trial.params)


@pytest.mark.parametrize("pruner", ["hyperband", "successive_halving", *RARE_PRUNERS])
def test_every_pruner_works(sweep: Sweep, tmp_path: Path, pruner: str) -> None:
    further = ["hydra.sweeper.pruner.upper=3"] if pruner == "threshold" else []
    option = f"hydra/sweeper/optuna_study/pruner={pruner}"
    bad = ",".join(str(value) for value in range(5, 20))
    result = sweep(f"x=0.3,0.4,0.2,0.1,0.5,{bad}", "steps=9", option, *further)
    assert result.returncode == 0, result.stderr
    assert states(trials_of(tmp_path))[0] == "COMPLETE"
    assert set(states(trials_of(tmp_path))) == (
        {"COMPLETE"} if pruner == "patient" else {"COMPLETE", "PRUNED"}
    )


TPE = "hydra/sweeper/optuna_study/sampler=tpe"


def test_a_sampled_space_of_choices_is_tried_once_and_then_done(sweep: Sweep, tmp_path: Path) -> None:
    arguments = "x=1,2,3", "shape=round,wide", TPE, "hydra.sweeper.n_trials=50", *JOBLIB
    result = sweep(*arguments)
    assert result.returncode == 0, result.stderr
    assert "until every combination" in result.stdout
    assert "ended: all 6 combinations of the space have been tried" in result.stdout
    trials = trials_of(tmp_path)
    assert states(trials) == ["COMPLETE"] * 6
    tried = {(trial.params["x"], trial.params["shape"]) for trial in trials}
    assert tried == set(itertools.product([1, 2, 3], ["round", "wide"]))
    again = sweep(*arguments)
    assert again.returncode == 0, again.stderr
    assert len(trials_of(tmp_path)) == 6


def test_a_combination_that_failed_for_good_is_not_drawn_again(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2,3", TPE, "trouble=raise", "trouble_at=2")
    assert result.returncode == 1
    assert sorted(states(trials_of(tmp_path))) == ["COMPLETE", "COMPLETE", "FAIL"]
    assert "hydra.sweeper.retries" in result.stdout


def test_folders_that_share_a_database_draw_no_combination_twice(start: Start, tmp_path: Path) -> None:
    """Without a lock in common, as on two machines."""
    arguments = "x=range(0,12)", TPE, "hydra.sweeper.n_trials=50", "hydra.sweeper.study_name=mine"
    storage = f"hydra.sweeper.storage=sqlite:///{tmp_path}/own.db"
    both = [start(*arguments, storage, f"hydra.sweep.dir={tmp_path}/{folder}") for folder in ("one", "other")]
    for process in both:
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 0, stderr
    study = optuna.load_study(study_name="mine", storage=f"sqlite:///{tmp_path}/own.db")
    complete = [trial.params["x"] for trial in study.trials if trial.state.name == "COMPLETE"]
    assert sorted(complete) == list(range(12))
    others = [trial for trial in study.trials if trial.state.name != "COMPLETE"]
    assert {trial.user_attrs["sweeps:cause"] for trial in others} <= {"surplus"}
