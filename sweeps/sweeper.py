"""A sweep from the command line to its summary."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager

import optuna
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig
from optuna.exceptions import StorageInternalError
from optuna.study import Study
from optuna.trial import FrozenTrial

from sweeps.course import Course
from sweeps.dry_run import dry_run
from sweeps.errors import FaultError, SweepError, SweepInterruptedError, is_fault, reason
from sweeps.plan.finals import finals_of
from sweeps.plan.machine import Share
from sweeps.plan.naming import program
from sweeps.plan.opening import open_study
from sweeps.plan.plan import Plan
from sweeps.plan.preparation import prepare, sampler_name
from sweeps.results.ledger import Ledger
from sweeps.search.budget import Verdict
from sweeps.search.rescue import Rescue
from sweeps.study.journal import Journal, was_mended
from sweeps.study.leases import Watch
from sweeps.study.patience import LIMIT, AwayError
from sweeps.study.situation import Lookout
from sweeps.study.trial import Cause, Job, TrialView
from sweeps.system import signals
from sweeps.terminal.refusal import refuse
from sweeps.terminal.watching import style_of, watched
from sweeps.text import one_line
from sweeps.workers import narration
from sweeps.workers.launching import launch
from sweeps.workers.loop import Assignment
from sweeps.workers.worker import Worker

EXIT_CODES: dict[Verdict, int] = {"met": 0, "go on": 1, "failures": 1, "exhausted": 1}
STOPPING_SECONDS = 10.0  # that a worker gets to end by itself after a signal


def run_sweep(
    context: HydraContext, task: TaskFunction, config: DictConfig, arguments: Sequence[str]
) -> None:
    """Runs a multirun to its end.

    Raises:
        SystemExit: 1 stopped by failures, 2 bad input (before any worker starts), 128 + n by signal n.
    """
    try:
        plan = prepare(context, config, arguments)
        if plan.settings.dry_run:
            dry_run(plan)
            return
        with signals.stopping_on_signals():
            search = _Sweep(plan, context, task)
            code = search.run()
            # Combinations that failed keep no other from the finals; a signal does, whenever it came.
            if plan.settings.finalists is not None and code < 128 and search.has_ended:
                code = _run_finals(plan, search.study, context, task) or code
    except SweepError as error:
        refuse(error)
    except (OSError, StorageInternalError, FaultError) as error:
        # A full disk, a server that is gone: nothing is wrong with the command.
        plain = isinstance(error, (FaultError, AwayError))
        message = one_line(error) if plain else reason(error)
        print(f"error: {message}; the same command goes on when that is mended", file=sys.stderr, flush=True)
        sys.exit(1)
    if code:
        sys.exit(code)


def _run_finals(plan: Plan, study: Study, context: HydraContext, task: TaskFunction) -> int:
    """Runs the finals of a study that has ended; its exit code."""
    finals = finals_of(plan, study)
    if finals is None:
        return 0
    narration.tell_finals(len(finals.warm), finals.settings.replicates)
    finals.folder.make()  # before a database in it is opened
    return _Sweep(finals, context, task).run()


class _Sweep:
    """A sweep while it runs.

    Attributes:
        study: as this process has it open.
    """

    def __init__(self, plan: Plan, context: HydraContext, task: TaskFunction) -> None:
        self._plan, self._context, self._task = plan, context, task
        # A database that cannot be reached leaves no folder; a journal is made in the folder.
        database = plan.storage.open(LIMIT) if "://" in plan.storage.url else None
        plan.folder.make()
        self.study: Study = open_study(plan, database)
        self._ledger = Ledger(self.study, plan.folder)
        own = plan.storage.journal is not None and plan.storage.journal.parent == plan.folder.path
        watch = Watch(plan.folder.leases, plan.settings.grace_period, sole=own)
        rescue = Rescue(self.study, plan.folder, plan.settings, watch, self._ledger.enter)
        self._course = Course(self.study, plan.folder, plan.settings, plan.budget, rescue, races=plan.races)
        self._style = style_of(plan.settings.progress)
        self._share = Share.of_this_machine(plan.settings.n_workers, plan.settings.threads_per_worker)

    def run(self) -> int:
        plan = self._plan
        combinations = plan.space.combinations() if plan.grid and not plan.races else ()
        self._course.begin(plan.warm, combinations, everywhere=self._is_mended())
        self._ledger.complete()
        searching = f"sampled by {sampler_name(plan.settings)}"
        if plan.races:
            searching = f"the best {len(plan.warm)}, up to {plan.settings.replicates} seeds each"
        elif plan.grid:
            searching = f"all {plan.space.size} combinations"
        narration.announce(
            plan.name, plan.folder.path, plan.space.described(), plan.budget, self._course.tally(), searching
        )
        try:
            with self._watched():
                self._course.run(self._launch, _pause)
        except (KeyboardInterrupt, SweepInterruptedError, StorageInternalError) as error:
            signum = signals.interruption(error)
            if signum is None:
                raise
            return self._interrupted(signum)  # a storage that is away is not waited for any longer
        return self._summary()

    def _watched(self) -> AbstractContextManager[None]:
        """Within it, people see how the sweep goes."""
        plan = self._plan

        def tell(trial: FrozenTrial) -> None:
            if (TrialView(trial).job or Job()).sweep == self._course.sweep:
                narration.tell_briefly(trial, plan.folder.path)

        # Its own connection: what waits for a storage, and what counts trials, is not made for two threads.
        def open_study() -> Study:
            return optuna.load_study(study_name=plan.name, storage=plan.storage.reopen(0.0))

        lookout = Lookout(open_study, plan.folder, plan.budget.objective, plan.budget.expected)
        return watched(self._style, plan.name, lookout, tell)

    def _is_mended(self) -> bool:
        """Whether the journal's end was ever torn: what it has lost is to be looked for everywhere."""
        journal = self._plan.storage.journal
        if journal is None:
            return False
        Journal(str(journal)).mend()  # before what is read of it decides anything
        return was_mended(journal)

    def _launch(self, only_suspects: bool) -> str | None:
        """Launches workers and waits for them; trials on which a worker died are tried again by one alone."""
        plan = self._plan
        n_workers = 1 if only_suspects else self._course.wanted()
        first = plan.folder.claim_workers(n_workers)
        self._course.launches(range(first, first + n_workers))
        assignment = Assignment(
            task=self._task,
            plan=plan,
            sweep=self._course.sweep,
            alone=n_workers == 1 or plan.settings.supervised,
            only_suspects=only_suspects,
            narrates=self._style == "plain",
            screen=os.getpid() if self._style == "rich" else None,
        )
        worker = Worker(assignment, self._share)
        overrides = [*plan.space.fixed, *plan.space.overrides(plan.space.first())]
        plan.storage.hand_down()
        try:
            with signals.let_through():
                return launch(worker, self._context.config_loader, plan.config, overrides, first, n_workers)
        except FaultError:
            raise
        except Exception as error:
            if is_fault(error):
                raise FaultError(reason(error)) from None
            return reason(error)

    def _interrupted(self, signum: int) -> int:
        name = signal.Signals(signum).name
        for further in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError):  # not the main thread
                signal.signal(further, signal.SIG_IGN)  # a second one would leave trials without an end
        self._stop_workers()
        try:
            self._course.give_up_dead(Cause.INTERRUPTED, f"stopped by {name}")
            print(f"\nstopped by {name}", file=sys.stderr)
            self._summary()
        except StorageInternalError as error:
            message = one_line(error)
            print(f"\nstopped by {name}; {message}; the same command goes on", file=sys.stderr)
        return 128 + signum

    def _stop_workers(self) -> None:
        """Ends the workers of this machine that are still at work: submitit leaves them running, and joblib
        may."""
        for number in self._course.launched:
            self._plan.folder.stop_mark(number).touch()
        end = time.monotonic() + STOPPING_SECONDS
        asked_pids: set[int] = set()
        while at_work := self._at_work():
            late = time.monotonic() >= end
            for pid in at_work if late else at_work - asked_pids:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL if late and os.name != "nt" else signal.SIGTERM)
            asked_pids |= at_work
            if time.monotonic() >= end + 1:
                return
            time.sleep(0.02)

    def _at_work(self) -> set[int]:
        """The processes of this machine that are workers of this sweep."""
        pid_sets = (self._plan.folder.processes_of(number) for number in self._course.launched)
        return {pid for pids in pid_sets for pid in pids} - {os.getpid()}

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to run, other than what failed."""
        return self._plan.budget.verdict(self._course.tally()) in ("met", "exhausted")

    def _summary(self) -> int:
        self._ledger.complete()
        self._ledger.rank()
        plan, now = self._plan, self._course.tally()
        verdict = plan.budget.verdict(now)
        narration.summarize(
            self.study, now, verdict, plan.budget, plan.folder.path, program(), plan.settings.several
        )
        return EXIT_CODES[verdict]


def _pause() -> None:
    with signals.let_through():
        time.sleep(1.0)
