"""Workers by way of Hydra's own launchers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra.core.config_loader import ConfigLoader
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext
from omegaconf import DictConfig

from sweeps.errors import SweepError, reason
from sweeps.machine import available_cpus


def require_room(launcher: DictConfig, n_workers: int) -> None:
    """Refuses more workers than the launcher runs at a time.

    Raises:
        SweepError: with the override that mends it.
    """
    target = str(launcher.get("_target_", "")).rpartition(".")[2]
    if target == "BasicLauncher" and n_workers > 1:
        raise SweepError(
            f"hydra.sweeper.n_workers={n_workers}: must be 1 with hydra/launcher=basic, which runs jobs one "
            "after another; hydra/launcher=joblib runs them side by side"
        )
    field, limit = None, None
    if target == "JoblibLauncher":
        field, limit = "n_jobs", int(launcher.get("n_jobs", -1))
        limit = (
            available_cpus() if limit == -1 else max(1, available_cpus() + 1 + limit) if limit < 0 else limit
        )
    elif target == "SlurmLauncher":
        field, limit = "array_parallelism", int(launcher.get("array_parallelism", n_workers))
    if limit is not None and n_workers > limit:
        raise SweepError(
            f"hydra.sweeper.n_workers={n_workers}: must be at most {limit}, which the launcher runs at "
            f"a time; hydra.launcher.{field}={n_workers} allows more"
        )


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
        Exception: what the launcher raises when a worker dies.
    """
    launcher = Plugins.instance().instantiate_launcher(
        # Callbacks are for jobs; the workers run these with callbacks of their own.
        hydra_context=HydraContext(config_loader=loader, callbacks=Callbacks()),
        task_function=worker,
        config=config,
    )
    # It would list the workers as jobs.
    logging.getLogger(type(launcher).__module__.rpartition(".")[0]).setLevel(logging.WARNING)
    jobs = [
        [*overrides, f"hydra.sweep.subdir=workers/{number}", "hydra.output_subdir=null"]
        for number in range(first, first + n_workers)
    ]
    returned: Sequence[JobReturn] = launcher.launch(jobs, initial_job_idx=first)
    for job in returned:
        if job.status == JobStatus.FAILED:
            return reason(job._return_value)
    return None
