"""A worker's share of the machine: threads and GPUs, settled before the job's libraries start."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass


def available_cpus() -> int:
    """The CPUs that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@dataclass(frozen=True)
class Share:
    """What the launching process knows of the machine and of the workers that it launches.

    Attributes:
        host: its machine.
        cpus: that it may use.
        workers: that it launches.
        threads: per worker, where the user named them.
    """

    host: str
    cpus: int
    workers: int
    threads: int | None

    @classmethod
    def of_this_machine(cls, workers: int, threads: int | None) -> Share:
        """As seen by the launching process."""
        return cls(platform.node(), available_cpus(), workers, threads)

    def thread_count(self) -> int:
        """The threads of the worker that asks.

        Workers that see all the CPUs of the launching process share them. One on another machine, or one that
        a scheduler has bound to fewer, has these for itself.
        """
        if self.threads is not None:
            return self.threads
        cpus = available_cpus()
        if platform.node() == self.host and cpus == self.cpus:
            return max(1, cpus // self.workers)
        return cpus

    def settle(self, worker: int) -> int:
        """Applies the share of a worker to this process; returns its threads."""
        threads = self.thread_count()
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            if self.threads is not None:
                os.environ[name] = str(threads)
            else:
                os.environ.setdefault(name, str(threads))
        if self.workers > 1 and platform.node() == self.host and "CUDA_VISIBLE_DEVICES" not in os.environ:
            gpus = gpu_count()
            if gpus > 1:
                os.environ["CUDA_VISIBLE_DEVICES"] = str(worker % gpus)
        return threads


def gpu_count() -> int:
    """NVIDIA GPUs of this machine, found without any library."""
    try:
        listing = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listing.stdout.splitlines())
