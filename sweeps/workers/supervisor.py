"""A worker whose trials run in a process of its own, which it ends and replaces.

So a trial that hangs can be ended, memory that a library never gives back is given back, and a trial that
kills its process takes nobody along: neither the sweep, as under Hydra's basic launcher, nor the other
workers, as under joblib's.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cloudpickle
import optuna
from hydra.core.singleton import Singleton

from sweeps.errors import FaultError, SweepInterruptedError
from sweeps.inside import pulse
from sweeps.results.ledger import Ledger
from sweeps.search.rescue import Rescue
from sweeps.study.leases import Watch
from sweeps.study.trial import Cause
from sweeps.system import signals
from sweeps.terminal.console import mention as say
from sweeps.workers import runner

if TYPE_CHECKING:
    from sweeps.workers.loop import Assignment

POLL = 0.05  # seconds between looks at the process
OWN_END = 0.5  # seconds that the process gets after a Ctrl-C, which may have reached it too
ENDING = 10.0  # seconds that it gets after a signal
FRUITLESS = 3  # processes that end in a row without ending a trial, and the worker gives up

# Signals wait until there is somebody to handle them: one that struck an import would leave a traceback.
# What is to be run can be imported only from where this process has it.
_BOOT = """
import pickle, signal, sys
if hasattr(signal, "pthread_sigmask"):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
sys.path[:], sys.argv[:] = pickle.load(sys.stdin.buffer)
from sweeps.workers.runner import main
main()
"""


def supervise(assignment: Assignment, number: int, threads: int) -> None:
    """Runs a worker's trials in processes of their own until nothing more may start.

    Args:
        number: of the worker.
        threads: of its share of the machine.

    Raises:
        SweepInterruptedError: a signal came.
        FaultError: the disk or the storage failed.
        RuntimeError: the worker raised, or its processes die without ending a trial.
    """
    _Supervisor(assignment, number, threads).run()


class _Supervisor:
    def __init__(self, assignment: Assignment, number: int, threads: int) -> None:
        self._assignment, self._plan = assignment, assignment.plan
        self._number, self._threads = number, threads
        plan = assignment.plan
        self._parent = os.getppid()
        self._pulse = plan.folder.pulse_of(number)
        self._error = plan.folder.worker_error(number)
        study = optuna.load_study(study_name=plan.name, storage=plan.storage.reopen())
        watch = Watch(plan.folder.leases, plan.settings.grace_period)
        enter = Ledger(study, plan.folder).enter
        self._rescue = Rescue(study, plan.folder, plan.settings, watch, enter)

    def run(self) -> None:
        fruitless = 0
        while fruitless < FRUITLESS:
            with self._started() as process:
                stall = self._watched(process)
            code = process.returncode
            if stall is not None:
                ended_numbers = self._give_up(process.pid, Cause.TIMED_OUT, stall)
                what = f"trial {', '.join(map(str, ended_numbers))}: " if ended_numbers else ""
                say(f"{what}{stall}; worker {self._number} has a new process")
            elif code == runner.DONE:
                return
            elif code == runner.RENEW:
                fruitless = 0
                continue
            elif code == runner.FAULT:
                raise FaultError(self._what_it_raised())
            elif code == runner.RAISED:
                raise RuntimeError(self._what_it_raised())
            else:
                reason = f"its process died ({_described(code)})"
                ended_numbers = self._give_up(process.pid, Cause.LOST, reason)
                what = f"trial {', '.join(map(str, ended_numbers))}: " if ended_numbers else ""
                say(f"{what}{reason}; worker {self._number} has a new one")
            fruitless = 0 if ended_numbers else fruitless + 1
        raise RuntimeError(
            f"{FRUITLESS} processes in a row ended without ending a trial ({_described(code)})"
        )

    @contextlib.contextmanager
    def _started(self) -> Iterator[subprocess.Popen[bytes]]:
        self._pulse.unlink(missing_ok=True)  # a killed process has left it
        self._error.unlink(missing_ok=True)
        order = runner.Order(self._assignment, self._number, self._threads, Singleton.get_state())
        with subprocess.Popen([sys.executable, "-c", _BOOT], stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            try:
                with contextlib.suppress(BrokenPipeError):  # it died at its start, as its exit code says
                    process.stdin.write(pickle.dumps((sys.path, sys.argv)) + cloudpickle.dumps(order))
                    process.stdin.close()
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def _watched(self, process: subprocess.Popen[bytes]) -> str | None:
        """Waits for the end of the process.

        Returns:
            why it was killed; None where it ended by itself.

        Raises:
            SweepInterruptedError: a signal came, and the process has ended.
        """
        try:
            return self._until_ended(process)
        except (KeyboardInterrupt, SweepInterruptedError) as error:
            signum = signals.interruption(error) or signal.SIGINT
            self._stop(process, signum)
            self._give_up(process.pid, Cause.INTERRUPTED, f"stopped by {signal.Signals(signum).name}")
            raise SweepInterruptedError(signum) from None

    def _until_ended(self, process: subprocess.Popen[bytes]) -> str | None:
        limit = self._plan.settings.trial_timeout
        last_state, since = pulse.state_of(self._pulse), time.monotonic()
        with signals.let_through():
            while process.poll() is None:
                time.sleep(POLL)
                if os.getppid() != self._parent:
                    # The sweep's own process is gone: the trial goes on, no other is asked for.
                    self._plan.folder.stop_mark(self._number).touch()
                now = pulse.state_of(self._pulse)
                if now != last_state or now is None:
                    last_state, since = now, time.monotonic()
                elif limit is not None and time.monotonic() - since > limit:
                    process.kill()
                    process.wait()
                    return f"no report for {limit:g} s (hydra.sweeper.trial_timeout)"
        return None

    def _stop(self, process: subprocess.Popen[bytes], signum: int) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if signum == signal.SIGINT:
                process.wait(OWN_END)
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _give_up(self, pid: int, cause: str, reason: str) -> list[int]:
        return self._rescue.give_up_dead(cause, reason, pid=pid)

    def _what_it_raised(self) -> str:
        return _text_of(self._error) or "its process failed without a word"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _described(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
