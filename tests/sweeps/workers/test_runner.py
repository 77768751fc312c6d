"""The process of a supervised worker's trials says by its exit code how it ended."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator

import cloudpickle
import pytest
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.types import TaskFunction
from omegaconf import DictConfig
from omegaconf.basecontainer import BaseContainer
from optuna.trial import Trial, TrialState

from sweeps.plan.plan import Plan
from sweeps.study.trial import Cause, TrialView
from sweeps.workers import runner
from tests.sweeps.plans import assignment_of
from tests.sweeps.workers.conftest import Begin


@pytest.fixture(autouse=True)
def hydras_state() -> Iterator[None]:
    """What Hydra keeps for a process is as it was afterwards."""
    singletons, resolvers = Singleton._instances, BaseContainer._resolvers
    yield
    Singleton._instances, BaseContainer._resolvers = singletons, resolvers


def ended(monkeypatch: pytest.MonkeyPatch, plan: Plan, task: TaskFunction) -> object:
    """Runs what the process runs, with an order on its standard input; returns its exit code."""
    state = Singleton.get_state()
    # Else Hydra would load its plugins once more, over those of the other tests.
    state["instances"][Plugins] = Plugins.instance()
    order = runner.Order(assignment_of(plan, task), 0, 1, state)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(cloudpickle.dumps(order))))
    with pytest.raises(SystemExit) as left:
        runner.main()
    return left.value.code


def tenfold(cfg: DictConfig) -> float:
    return 10.0 * cfg.x


def interrupted(cfg: DictConfig) -> float:
    os.kill(os.getpid(), signal.SIGTERM)
    raise AssertionError("a job is interrupted at once")


def test_it_is_done_when_nothing_more_may_start(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, study = begin("x=choice(1)")
    assert ended(monkeypatch, plan, tenfold) == runner.DONE
    assert [trial.value for trial in study.trials] == [10.0]
    assert not plan.folder.worker_error(0).exists()


def test_it_is_to_be_renewed_after_so_many_trials(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, study = begin("x=1,2", "hydra.sweeper.renew_after_trials=1")
    assert ended(monkeypatch, plan, tenfold) == runner.RENEW
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.WAITING]


def test_a_signal_is_its_exit_code(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, study = begin("x=choice(1)")
    assert ended(monkeypatch, plan, interrupted) == 128 + signal.SIGTERM
    assert TrialView(study.trials[0]).cause == Cause.INTERRUPTED


def test_what_the_disk_did_is_a_fault_and_told_in_a_file(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, study = begin("x=choice(1)", "hydra.sweep.subdir=below/${hydra.job.num}")
    (plan.folder.path / "below").touch()  # a file, where trials' folders are to be made
    assert ended(monkeypatch, plan, tenfold) == runner.FAULT
    assert plan.folder.worker_error(0).read_text(encoding="utf-8").startswith("FileExistsError: ")
    assert TrialView(study.trials[0]).cause == Cause.INTERRUPTED


def losing(cfg: DictConfig, trial: Trial) -> None:
    """A space whose function raises, but not yet when it is rehearsed."""
    if "LOST" in os.environ:
        os.kill(os.getpid(), int(os.environ["LOST"]))
        raise LookupError("nothing at postgresql://me:s3cret@host/db")


def test_whatever_is_raised_where_a_signal_has_come_stands_for_the_signal(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = begin("x=interval(0,1)", f"hydra.sweeper.custom_search_space={__name__}.losing")
    monkeypatch.setenv("LOST", str(int(signal.SIGTERM)))
    assert ended(monkeypatch, plan, tenfold) == 128 + signal.SIGTERM


def test_what_else_it_raised_is_told_in_a_file_without_passwords(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = begin("x=interval(0,1)", f"hydra.sweeper.custom_search_space={__name__}.losing")
    monkeypatch.setenv("LOST", "0")  # which is no signal
    assert ended(monkeypatch, plan, tenfold) == runner.RAISED
    message = plan.folder.worker_error(0).read_text(encoding="utf-8")
    assert message == "LookupError: nothing at postgresql://me:***@host/db"
