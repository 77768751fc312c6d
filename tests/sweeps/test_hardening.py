"""What went wrong once, or would have: odd names, odd spaces, several folders, secrets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from sweeps.study.leases import Watch
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import JOBLIB, Start, Sweep, command, folder_of, lines, states, trials_of, wait_for


def test_the_order_of_words_does_not_matter(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=1,2", "y=1,2")
    sweep("y=1,2", "x=1,2")
    assert len(trials_of(tmp_path)) == 4


def test_an_innocent_trial_survives_beside_one_that_kills(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2,3,4,5,6", "trouble=kill", "trouble_at=3", "seconds=0.1", *JOBLIB)
    assert result.returncode == 1
    done = sorted(trial.params["x"] for trial in trials_of(tmp_path) if trial.state.name == "COMPLETE")
    assert done == [1, 2, 4, 5, 6]
    # It died in company, which tells nothing of it, then alone, then alone once more.
    attempts = [trial for trial in trials_of(tmp_path) if trial.params.get("x") == 3]
    assert [trial.user_attrs.get("sweeps:spared", "counts") for trial in attempts] == [
        "its worker had company, and launchers let all die with one",
        "counts",
        "counts",
    ]


def test_two_folders_with_one_database_do_not_give_each_other_up(tmp_path: Path) -> None:
    words = [f"hydra.sweeper.storage=sqlite:///{tmp_path}/two.db", "hydra.sweeper.study_name=s"]
    both = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        both.append(
            subprocess.Popen(
                command("x=1,2,3,4", "seconds=0.5", *words),
                cwd=tmp_path / name,
                env=OUTSIDE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for process in both:
        _, stderr = process.communicate(timeout=100)
        assert process.returncode == 0, stderr
    study = optuna.load_study(study_name="s", storage=f"sqlite:///{tmp_path}/two.db")
    done = [trial.params["x"] for trial in study.trials if trial.state.name == "COMPLETE"]
    assert sorted(done) == [1, 2, 3, 4]


def test_a_pause_after_a_kill_is_no_running_time(start: Start, sweep: Sweep, tmp_path: Path) -> None:
    arguments = "x=1,2", f"events={tmp_path}/events", "slow_at=1", "hydra.sweeper.timeout=1000"
    process = start(*arguments, "seconds=60")
    # Not while it writes to the journal: Optuna waits half a minute before it breaks a dead process's lock.
    wait_for(
        lambda: (
            '"intermediate_value"' in "".join(map(Path.read_text, tmp_path.glob("results/*/study.journal")))
        )
    )
    process.kill()
    process.communicate()
    path = folder_of(tmp_path) / "study.journal"
    # As if it had been killed an hour ago.
    text = path.read_text()
    text = re.sub(r'("beat":)([0-9.]+)', lambda m: f"{m[1]}{float(m[2]) - 3600}", text)
    path.write_text(text)
    result = sweep(*arguments, "seconds=0")
    assert result.returncode == 0, result.stderr
    assert " s of running" in result.stdout
    assert " min" not in result.stdout.split("of running")[0]


def test_interpolations_on_the_command_line_stay_what_they_are(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2", "hydra.sweep.subdir=t_${hydra.job.id}_${hydra.job.num}")
    assert result.returncode == 0, result.stderr
    assert (folder_of(tmp_path) / "t_1_1").is_dir()
    again = sweep(
        "x=3,4", "hydra.sweep.subdir=${hydra.job.override_dirname}", "hydra.sweeper.study_name=other"
    )
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "results" / "other" / "x=4").is_dir()


@pytest.mark.parametrize(
    "argument",
    [
        "hydra.sweep.subdir=../${hydra.job.num}",
        "hydra.sweep.subdir=/tmp/${hydra.job.num}",
        "hydra.sweep.subdir=conf",
        "hydra.sweeper.study_name=../evil",
        "hydra.sweeper.study_name=..",
        "hydra.sweeper.study_name=a/b",
        "hydra.sweeper.study_name='it\\'s'",
        "hydra.sweeper.enqueue_best={storage:typo.journal}",
        "hydra.sweeper.enqueue=[{x:7}]",
    ],
)
def test_refused_before_anything_is_written(sweep: Sweep, tmp_path: Path, argument: str) -> None:
    result = sweep("x=1,2", argument)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["o'k", 'quo"te', "back\\slash", "with blank", "comma,equals=", "per%cent"])
def test_odd_folder_names(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    result = subprocess.run(
        command("x=1,2"), cwd=folder, env=OUTSIDE, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert states(trials_of(folder)) == ["COMPLETE"] * 2
    assert (folder_of(folder) / "1" / ".hydra" / "config.yaml").exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_warm_start_of_a_grid_repeats_no_combination(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=1,2", "y=1,2", "hydra.sweeper.enqueue=[{x:2}]")
    assert [(t.params["x"], t.params["y"]) for t in trials_of(tmp_path)] == [(2, 1), (2, 2), (1, 1), (1, 2)]


def test_stopped_and_resumed_the_draws_are_the_same(start: Start, sweep: Sweep, tmp_path: Path) -> None:
    space = "x=interval(0,1)", "hydra.sweeper.n_trials=5", "hydra/sweeper/optuna_study/sampler=random"
    whole = tmp_path / "whole"
    whole.mkdir()
    sweep(*space, f"hydra.sweep.dir={whole}/results/w", "hydra.sweeper.study_name=w")
    events = f"events={tmp_path}/events"
    process = start(*space, events, "seconds=1")
    wait_for(lambda: any(line.startswith("start 2") for line in lines(tmp_path / "events")))
    process.terminate()
    process.communicate(timeout=60)
    sweep(*space, events)
    drawn = {trial.params["x"] for trial in trials_of(tmp_path) if trial.state.name == "COMPLETE"}
    assert drawn == {trial.params["x"] for trial in trials_of(whole)}


def test_time_nan_and_environment_do_not_refuse_a_resume(sweep: Sweep, tmp_path: Path) -> None:
    arguments = "x=1,2", "+o=nan", "+t='run_${now:%H-%M-%S-%f}'", "+key=${oc.env:API_KEY}"
    first = sweep(*arguments, API_KEY="unmistakable")
    assert first.returncode == 0, first.stderr
    assert sweep(*arguments, API_KEY="unmistakable").returncode == 0
    for path in folder_of(tmp_path).rglob("*"):
        assert not path.is_file() or b"unmistakable" not in path.read_bytes(), path
    changed = sweep(*arguments, API_KEY="another")
    assert changed.returncode == 2


def test_a_study_killed_before_it_was_described_goes_on(sweep: Sweep, tmp_path: Path) -> None:
    sweep("x=1,2")
    (folder_of(tmp_path) / "spec.yaml").unlink()
    for number in (0, 1):
        for path in sorted((folder_of(tmp_path) / str(number)).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        (folder_of(tmp_path) / str(number)).rmdir()
    for name in ("trials.csv", "leaderboard.csv"):
        (folder_of(tmp_path) / name).unlink()
    assert sweep("x=1,2").returncode == 0
    assert (folder_of(tmp_path) / "spec.yaml").exists()


def test_a_foreign_folder_is_left_alone(sweep: Sweep, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    result = sweep("x=1,2", "hydra.sweep.dir=mine")
    assert result.returncode == 2
    assert "must be a new or empty folder" in result.stderr
    assert {path.name for path in (tmp_path / "mine").iterdir()} <= {"thesis.txt", ".lock"}


def test_mappings_in_yaml_params(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep("x=1,2", "hydra.sweeper.params={+w:{k:5}}")
    assert result.returncode == 0, result.stderr
    text = (folder_of(tmp_path) / "0" / ".hydra" / "config.yaml").read_text()
    assert "w:\n  k: 5" in text


def test_a_child_that_lives_on_does_not_keep_its_parents_trial(tmp_path: Path) -> None:
    """A data loader that outlives a killed job has inherited the lock."""
    code = (
        "import os, signal, time, optuna\n"
        "from pathlib import Path\n"
        "from sweeps.study.leases import Lease\n"
        "trial = optuna.create_study().ask()\n"
        "job = Lease(Path('leases'), trial, 60).take().to_attribute()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os.close(1)\n"
        "    time.sleep(60)\n"
        "print(job['host'], job['pid'], child, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=OUTSIDE, stdout=subprocess.PIPE, text=True, timeout=60
    )
    *host, pid, child = done.stdout.split()
    try:
        trial = optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING,
            user_attrs={"sweeps:job": {"host": " ".join(host), "pid": int(pid), "beat": 0.0}},
        )
        assert Watch(tmp_path / "leases", 1000).is_dead(trial)
    finally:
        os.kill(int(child), 9)
