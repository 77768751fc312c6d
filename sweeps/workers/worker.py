"""A worker, which Hydra's launcher runs as one long job in place of the program's own."""

from __future__ import annotations

from dataclasses import dataclass

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sweeps.plan.machine import Share
from sweeps.system import signals
from sweeps.workers.loop import Assignment, run_trials
from sweeps.workers.output import off_screen


@dataclass(frozen=True)
class Worker:
    """What a launcher runs as a job; can be pickled.

    Attributes:
        assignment: what it is to do.
        share: of the machine.
    """

    assignment: Assignment
    share: Share

    def __call__(self, cfg: DictConfig) -> None:
        """Works until nothing more may start."""
        number = int(HydraConfig.get().job.num)
        plan = self.assignment.plan
        with (
            signals.stopping_on_signals(),
            plan.folder.at_work(number),
            off_screen(plan.folder.output_of(number), self.assignment.screen),
        ):
            threads = self.share.settle(number)
            try:
                if plan.settings.supervised:
                    from sweeps.workers.supervisor import supervise

                    supervise(self.assignment, number, threads)
                else:
                    run_trials(self.assignment, number, threads)
            except Exception:
                signals.check()
                raise
