"""Workers by way of Hydra's own launchers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from omegaconf import DictConfig

from sweeps.errors import FaultError, is_fault, reason
from sweeps.plan.launcher import made


def launch(
    worker: Callable[[DictConfig], Any],
    loader: ConfigLoader,
    config: DictConfig,
    overrides: Sequence[str],
    first: int,
    n_workers: int,
) -> str | None:
    """Launches workers and waits for them; returns why one failed, or None.

    Args:
        overrides: with which the workers' own configuration can be composed.
        first: the number of the first worker, which has its folder.

    Raises:
        FaultError: the disk or the storage failed a worker.
        Exception: what the launcher raises when a worker dies.
    """
    launcher = made(config, loader, worker)
    # It would list the workers as jobs.
    logging.getLogger(type(launcher).__module__.rpartition(".")[0]).setLevel(logging.WARNING)
    jobs = [
        [*overrides, f"hydra.sweep.subdir=workers/{number}", "hydra.output_subdir=null"]
        for number in range(first, first + n_workers)
    ]
    job_returns: Sequence[JobReturn] = launcher.launch(jobs, initial_job_idx=first)
    failures = [job._return_value for job in job_returns if job.status == JobStatus.FAILED]
    for error in filter(is_fault, failures):
        raise FaultError(str(error) if isinstance(error, FaultError) else reason(error))
    return reason(failures[0]) if failures else None
