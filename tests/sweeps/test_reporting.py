"""`sweeps.report` within a sweep and outside one."""

from __future__ import annotations

import math
import threading

import optuna
import pytest
from optuna.pruners import MedianPruner, NopPruner, ThresholdPruner

import sweeps
from sweeps.reporting import reporting_to


def test_outside_a_sweep_it_does_nothing() -> None:
    sweeps.report(1.0, 1)
    with reporting_to(None):  # as in a sweep of several objectives
        sweeps.report(1.0, 1)


def test_values_reach_the_trial_that_runs() -> None:
    study = optuna.create_study(pruner=NopPruner())
    trial = study.ask()
    with reporting_to(trial):
        sweeps.report(3, 1)
        sweeps.report(math.nan, 2)
    sweeps.report(1.0, 3)
    values = study.get_trials()[0].intermediate_values
    assert values.keys() == {1, 2}
    assert values[1] == 3.0
    assert math.isnan(values[2])


def test_a_trial_that_is_worse_is_pruned_and_says_where() -> None:
    study = optuna.create_study(pruner=MedianPruner(n_startup_trials=1))
    with reporting_to(first := study.ask()):
        sweeps.report(1.0, 1)
    study.tell(first, 1.0)
    with reporting_to(study.ask()), pytest.raises(optuna.TrialPruned, match="pruned at step 1 with 2.5"):
        sweeps.report(2.5, 1)


def test_a_job_that_is_done_is_not_stopped_at_its_last_step() -> None:
    study = optuna.create_study(pruner=ThresholdPruner(upper=1.0))
    with reporting_to(study.ask()):
        sweeps.report(2.5, 1, last=True)
    assert study.get_trials()[0].intermediate_values == {1: 2.5}


def test_an_undefined_value_is_pruned() -> None:
    study = optuna.create_study(pruner=ThresholdPruner(upper=1e9))
    with reporting_to(study.ask()), pytest.raises(optuna.TrialPruned):
        sweeps.report(math.nan, 1)


def test_the_trial_before_is_reported_to_again_afterwards_also_after_an_error() -> None:
    study = optuna.create_study(pruner=NopPruner())
    outer, inner = study.ask(), study.ask()

    def fail() -> None:
        with reporting_to(inner):
            sweeps.report(1.0, 1)
            raise RuntimeError

    with reporting_to(outer):
        with pytest.raises(RuntimeError):
            fail()
        sweeps.report(2.0, 1)
    assert [trial.intermediate_values for trial in study.get_trials()] == [{1: 2.0}, {1: 1.0}]


def test_another_thread_reports_to_no_trial_of_this_one() -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask()):
        other = threading.Thread(target=sweeps.report, args=(1.0, 1))
        other.start()
        other.join()
    assert study.get_trials()[0].intermediate_values == {}
