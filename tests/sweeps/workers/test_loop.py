"""A worker asks for trials, runs them and tells their results, until nothing more may start."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.types import TaskFunction
from omegaconf import DictConfig
from optuna.trial import TrialState

from sweeps.errors import SweepInterruptedError
from sweeps.plan.plan import Plan
from sweeps.study.trial import Cause, Job, TrialView
from sweeps.system import signals
from sweeps.workers.loop import run_trials
from tests.sweeps.conftest import lines
from tests.sweeps.plans import assignment_of
from tests.sweeps.workers.conftest import Begin


def run(plan: Plan, task: TaskFunction, threads: int = 1) -> bool:
    """Runs worker 0 to its end."""
    return run_trials(assignment_of(plan, task), 0, threads)


def tenfold(cfg: DictConfig) -> float:
    return 10.0 * cfg.x


def test_a_grid_is_run_to_its_end_and_entered(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    plan, study = begin("x=1,2", "y=3")
    assert not run(plan, tenfold)
    assert [(trial.params, trial.value) for trial in study.trials] == [({"x": 1}, 10.0), ({"x": 2}, 20.0)]
    assert [TrialView(trial).folder for trial in study.trials] == ["0", "1"]
    assert lines(plan.folder.path / "1" / ".hydra" / "overrides.yaml") == ["- y=3", "- x=2"]
    assert len(lines(plan.folder.trials)) == 1 + 2
    assert list(plan.folder.leases.iterdir()) == []
    assert "trial 1: 20 [x=2] 2/2 done; best 10 (trial 0)" in capsys.readouterr().out


def test_a_worker_that_is_told_to_stop_ends_its_trial_and_takes_no_other(begin: Begin) -> None:
    plan, study = begin("x=1,2")

    def job(cfg: DictConfig) -> float:
        plan.folder.stop_mark(0).touch()
        return float(cfg.x)

    assert not run(plan, job)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.WAITING]


def test_a_worn_out_process_is_to_be_renewed_and_says_while_a_job_runs_that_it_does(begin: Begin) -> None:
    plan, study = begin("x=1,2", "hydra.sweeper.renew_after_trials=1")
    pulses = []

    def job(cfg: DictConfig) -> float:
        pulses.append(plan.folder.pulse_of(0).exists())
        return float(cfg.x)

    assert run(plan, job)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.WAITING]
    assert pulses == [True]
    assert not plan.folder.pulse_of(0).exists()


def test_a_trial_has_the_mean_of_its_replicates_each_in_a_folder_of_its_own(begin: Begin) -> None:
    folders = []

    def job(cfg: DictConfig) -> float:
        folders.append(Path(HydraConfig.get().runtime.output_dir).relative_to(plan.folder.path))
        return float(cfg.y)

    plan, study = begin("x=choice(1)", "y=5", "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=y")
    run(plan, job)
    assert study.trials[0].value == 5.5
    assert TrialView(study.trials[0]).replicates == [5.0, 6.0]
    assert folders == [Path("0/0"), Path("0/1")]


def test_a_trial_of_which_one_replicate_raises_fails(
    begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    def job(cfg: DictConfig) -> float:
        if cfg.y == 6:
            raise ValueError("no luck")
        return float(cfg.y)

    plan, study = begin("x=choice(1)", "y=5", "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=y")
    run(plan, job)
    (trial,) = study.trials
    reason = "replicate 1: ValueError: no luck"
    assert (trial.state, TrialView(trial).cause) == (TrialState.FAIL, Cause.RAISED)
    assert TrialView(trial).reason == reason
    assert f"trial 0: FAILED: {reason} (" in capsys.readouterr().out


def test_who_is_tried_again_keeps_the_replicates_that_had_ended_but_the_first(
    begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[int] = []
    failing = {8: 1, 5: 1}  # the fourth replicate once, and then, in the second try, the first one

    def job(cfg: DictConfig) -> float:
        begun.append(cfg.y)
        if failing.get(cfg.y, 0) and 8 in begun:
            failing[cfg.y] -= 1
            raise ValueError("no luck")
        return float(cfg.y)

    replicates = "hydra.sweeper.replicates=5", "hydra.sweeper.seed_key=y", "hydra.sweeper.retries=2"
    plan, study = begin("x=choice(1)", "y=5", *replicates)
    run(plan, job)
    assert begun == [5, 6, 7, 8, 5, 5, 8, 9]
    assert [trial.state for trial in study.trials] == [TrialState.FAIL, TrialState.FAIL, TrialState.COMPLETE]
    last = TrialView(study.trials[2])
    assert (last.replicates, study.trials[2].value) == ([5.0, 6.0, 7.0, 8.0, 9.0], 7.0)
    assert last.folders == ["2/0", "0/1", "0/2", "2/3", "2/4"]
    assert "trial 2: 2 of 5 replicates had ended before; the others run" in capsys.readouterr().out


def test_a_finalist_that_goes_on_and_has_lost_meanwhile_has_all_its_values(begin: Begin) -> None:
    begun: list[int] = []

    def job(cfg: DictConfig) -> float:
        begun.append(cfg.y)
        if begun == [5, 6, 7, 8]:
            raise KeyboardInterrupt
        return 10 * cfg.x + cfg.y / 10

    seeds = "hydra.sweeper.replicates=6", "hydra.sweeper.seed_key=y", "hydra.sweeper.can_continue=true"
    plan, study = begin("x=2,1", "y=5", *seeds)
    plan = replace(plan, races=True)
    with pytest.raises(SweepInterruptedError):
        run(plan, job)
    rival = study.ask()
    plan.space.suggest(rival, plan.config)
    for index in range(6):
        rival.report(10 + (5 + index) / 10, index)
    study.tell(rival, 11.0)
    run(plan, job)
    assert begun == [5, 6, 7, 8]
    loser = study.trials[-1]
    assert loser.state == TrialState.PRUNED
    assert TrialView(loser).replicates == [20.5, 20.6, 20.7]
    assert "on average of 3 seeds" in str(TrialView(loser).reason)


@pytest.mark.parametrize(("words", "threads"), [((), 3), (("y=7",), 7)])
def test_a_trial_gets_its_threads_unless_the_command_has_said_them(
    begin: Begin, words: tuple[str, ...], threads: int
) -> None:
    plan, study = begin("x=choice(1)", *words, "hydra.sweeper.threads_key=y")
    run(plan, lambda cfg: float(cfg.y), threads=3)
    assert [trial.value for trial in study.trials] == [threads]
    assert (TrialView(study.trials[0]).job or Job()).threads == 3


def test_the_folder_of_a_trial_is_named_as_the_command_says(begin: Begin) -> None:
    plan, study = begin("x=choice(5)", "hydra.sweep.subdir='of ${x}/${hydra.job.num}'")
    run(plan, tenfold)
    assert TrialView(study.trials[0]).folder == "of 5/0"
    assert (plan.folder.path / "of 5" / "0" / ".hydra").is_dir()


def test_a_signal_interrupts_the_trial_and_the_worker(begin: Begin) -> None:
    def job(cfg: DictConfig) -> float:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("a job is interrupted at once")

    plan, study = begin("x=1,2")
    with signals.stopping_on_signals(), pytest.raises(SweepInterruptedError) as interrupted:
        run(plan, job)
    assert interrupted.value.signum == signal.SIGTERM
    assert [trial.state for trial in study.trials] == [TrialState.FAIL, TrialState.WAITING]
    view = TrialView(study.trials[0])
    assert (view.cause, view.reason) == (Cause.INTERRUPTED, "stopped by SIGTERM")
    assert len(lines(plan.folder.trials)) == 1 + 1
