"""The process in which a supervised worker runs its trials; `sweeps.workers.supervisor` starts it."""

from __future__ import annotations

import contextlib
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweeps.workers.loop import Assignment

# Exit codes; 128 + n by signal n.
DONE = 0
RAISED = 70
FAULT = 74  # of the disk or the storage
RENEW = 75


@dataclass(frozen=True)
class Order:
    """What the process is to do.

    Attributes:
        assignment: of the worker.
        number: of the worker.
        threads: of its share of the machine.
        singletons: Hydra's state.
    """

    assignment: Assignment
    number: int
    threads: int
    singletons: dict[Any, Any]


def main() -> None:
    """Runs trials as standard input says, until nothing more may start or the process is to be renewed."""
    import cloudpickle
    from hydra.core.singleton import Singleton
    from hydra.core.utils import setup_globals

    from sweeps.errors import SweepInterruptedError, is_fault, reason
    from sweeps.system import signals
    from sweeps.system.atomic import write_text
    from sweeps.workers.loop import run_trials
    from sweeps.workers.output import off_screen

    with signals.stopping_on_signals():
        if hasattr(signal, "pthread_sigmask"):  # what came during the imports comes now
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
        order: Order = cloudpickle.load(sys.stdin.buffer)
        folder = order.assignment.plan.folder
        try:
            setup_globals()
            Singleton.set_state(order.singletons)
            screen = order.assignment.screen
            with folder.running(order.number), off_screen(folder.output_of(order.number), screen):
                code = RENEW if run_trials(order.assignment, order.number, order.threads) else DONE
        except SweepInterruptedError as error:
            code = 128 + error.signum
        except Exception as error:
            signum = signals.interruption()
            code = 128 + signum if signum is not None else FAULT if is_fault(error) else RAISED
            with contextlib.suppress(OSError):  # a full disk; the exit code says it
                write_text(folder.worker_error(order.number), reason(error))
    sys.stdout.flush()
    sys.exit(code)
