"""A worker as a launcher runs it: one job, in place of the program's own."""

from __future__ import annotations

import os
import pickle
import signal

import pytest
from hydra.types import TaskFunction
from omegaconf import DictConfig
from optuna.trial import Trial

from sweeps.errors import SweepInterruptedError
from sweeps.plan.machine import Share
from sweeps.plan.plan import Plan
from sweeps.study.trial import Job, TrialView
from sweeps.workers.worker import Worker
from tests.sweeps.plans import assignment_of
from tests.sweeps.workers.conftest import Begin, enter_job


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker's share does to the environment is undone."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "1")


def worker_of(plan: Plan, task: TaskFunction, threads: int | None = None) -> Worker:
    return Worker(assignment_of(plan, task), Share.of_this_machine(1, threads))


def tenfold(cfg: DictConfig) -> float:
    return 10.0 * cfg.x


def test_its_number_is_its_jobs_and_while_it_works_its_process_is_known(begin: Begin) -> None:
    plan, study = begin("x=choice(1)")
    plan.folder.claim_workers(1)
    processes = []

    def job(cfg: DictConfig) -> float:
        processes.extend([plan.folder.processes_of(0), plan.folder.processes_of(1)])
        return float(cfg.x)

    enter_job(plan, 1)
    worker_of(plan, job)(plan.config)
    assert [(TrialView(trial).job or Job()).worker for trial in study.trials] == [1]
    assert processes == [set(), {os.getpid()}]
    assert plan.folder.processes_of(1) == set()


def test_its_threads_are_its_share_and_its_trials_say_so(begin: Begin) -> None:
    plan, study = begin("x=choice(1)")
    variables = []

    def job(cfg: DictConfig) -> float:
        variables.append(os.environ["OMP_NUM_THREADS"])
        return float(cfg.x)

    worker_of(plan, job, threads=3)(plan.config)
    assert variables == ["3"]
    assert (TrialView(study.trials[0]).job or Job()).threads == 3


def test_it_can_be_pickled_and_works_where_it_is_received(begin: Begin) -> None:
    plan, study = begin("x=choice(4)")
    pickle.loads(pickle.dumps(worker_of(plan, tenfold)))(plan.config)
    assert [trial.value for trial in study.trials] == [40.0]


def losing(cfg: DictConfig, trial: Trial) -> None:
    """A space whose function raises something else where a signal has come."""
    if "STRUCK" in os.environ:
        os.kill(os.getpid(), signal.SIGTERM)
        raise LookupError("no such mine")


def test_whatever_is_raised_where_a_signal_has_come_stands_for_the_signal(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = begin("x=interval(0,1)", f"hydra.sweeper.custom_search_space={__name__}.losing")
    monkeypatch.setenv("STRUCK", "")
    with pytest.raises(SweepInterruptedError) as interrupted:
        worker_of(plan, tenfold)(plan.config)
    assert interrupted.value.signum == signal.SIGTERM
    assert plan.folder.processes_of(0) == set()
