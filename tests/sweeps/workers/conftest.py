"""Sweeps in this process, up to the moment at which a worker begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from omegaconf import open_dict
from optuna.study import Study

from sweeps.plan.plan import Plan
from sweeps.search.queue import enqueue_missing
from sweeps.system import signals
from tests.sweeps.plans import opened, plan_of

Begun = tuple[Plan, Study]
Begin = Callable[..., Begun]


def enter_job(plan: Plan, number: int) -> None:
    """This process is in the job of a worker, as its launcher runs it."""
    config = plan.config.copy()
    with open_dict(config):
        config.hydra.job.num = number
    HydraConfig.instance().set_config(config)


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begins a sweep: its plan is settled, its study made, its grid enqueued, worker 0 has its folder."""
    monkeypatch.setattr(signals, "_state", signals._State())  # signals of a test are its alone
    hydras = HydraConfig.instance()
    before = hydras.cfg

    def of(*words: str) -> Begun:
        plan = plan_of(tmp_path / "s", *words)
        study = opened(plan)
        enqueue_missing(study, plan.space.combinations() if plan.grid else ())
        plan.folder.claim_workers(1)
        enter_job(plan, 0)
        return plan, study

    yield of
    hydras.cfg = before
