"""Workers are launched by Hydra's own launchers, each as a job of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sweeps.errors import FaultError
from sweeps.workers.launching import launch
from tests.sweeps.parts import LOADER, master_of


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., str | None]:
    def run(worker: Callable[[DictConfig], Any], first: int = 0, n_workers: int = 2) -> str | None:
        """By Hydra's basic launcher, one after the other in this process."""
        master = master_of(f"hydra.sweep.dir={tmp_path}")
        return launch(worker, LOADER, master, ["x=7"], first, n_workers)

    return run


def test_each_worker_is_a_job_of_its_own_number_in_its_own_folder(
    start: Callable[..., str | None], tmp_path: Path
) -> None:
    jobs: list[tuple[int, str, float]] = []

    def worker(cfg: DictConfig) -> None:
        own = HydraConfig.get()
        jobs.append((own.job.num, own.runtime.output_dir, cfg.x))

    assert start(worker, first=3) is None
    assert jobs == [(number, str(tmp_path / "workers" / str(number)), 7) for number in (3, 4)]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []  # no copies of the configuration


def test_why_a_worker_failed_is_said_when_all_have_ended(start: Callable[..., str | None]) -> None:
    def worker(cfg: DictConfig) -> None:
        if HydraConfig.get().job.num == 0:
            raise LookupError("no such\nmine")

    assert start(worker) == "LookupError: no such mine"


@pytest.mark.parametrize(
    ("fault", "message"),
    [(FaultError("the disk is full"), "the disk is full"), (OSError("disk full"), "OSError: disk full")],
    ids=lambda value: type(value).__name__,
)
def test_a_fault_of_the_disk_or_the_storage_outranks_what_else_was_raised(
    start: Callable[..., str | None], fault: Exception, message: str
) -> None:
    def worker(cfg: DictConfig) -> None:
        raise LookupError("no such mine") if HydraConfig.get().job.num == 0 else fault

    with pytest.raises(FaultError) as raised:
        start(worker)
    assert str(raised.value) == message
