"""Those who work on a study in a schedule: sweeps and their workers.

What they do to the study is the product's own code: `Course` of a sweep, `Taker`, `tell` and `fail` of a
worker. A launcher, a job and death are the test's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optuna.exceptions import TrialPruned, UpdateFinishedTrialError
from optuna.study import Study
from optuna.trial import TrialState

from sweeps.course import Course
from sweeps.errors import SweepInterruptedError, reason
from sweeps.inside import reporting
from sweeps.inside.resuming import resuming
from sweeps.results.outcome import Outcome
from sweeps.search.budget import Verdict
from sweeps.search.rescue import Rescue
from sweeps.search.taking import Placed, Taker
from sweeps.search.telling import fail_own, tell
from sweeps.study.continuation import known_through
from sweeps.study.leases import Watch
from sweeps.study.trial import Cause, Job
from tests.sweeps.schedules.processes import Process, SharedFolder, SteppingLease
from tests.sweeps.schedules.rules import GRACE, INTERVAL, master

if TYPE_CHECKING:
    from tests.sweeps.schedules.promises import Promises
    from tests.sweeps.schedules.world import World

LAST = 4  # step of a job


class Worker:
    """A worker of a sweep.

    Attributes:
        number: in its folder.
        sweep: that launched it.
        company: whether it was launched with others.
        process: that it runs in; a lone one may share its sweep's.
        trial: the number of the one that it has taken.
        in_job: whether its job runs.
        asleep: its machine is; it neither goes on nor gives a sign of life.
        signalled: whether it was sent a signal.
        action: what its job does next.
        crash: with what it ended, if not well.
    """

    def __init__(self, world: World, sweep: Sweep, number: int, company: bool, only_suspects: bool) -> None:
        self._world, self.sweep, self.number, self.company = world, sweep, number, company
        self._only_suspects = only_suspects
        self.machine = sweep.machine
        self.process: Process = sweep.process
        self.placed: Placed | None = None
        self.trial: int | None = None
        self.in_job = self.asleep = self.signalled = False
        self.action: tuple[str, float] | None = None
        self.crash: str | None = None

    def live(self) -> None:
        """Works until nothing is left, a signal comes, or a trial was given up while its parameters were
        drawn: its launcher learns of that."""
        try:
            self._work()
        except SweepInterruptedError:
            if self.process is self.sweep.process:
                raise
        except UpdateFinishedTrialError as error:
            self.crash = reason(error)

    def _work(self) -> None:
        """As `sweeps.workers.worker` has it."""
        world, folder = self._world, self.machine
        study, rules = world.opened(), world.rules
        taker = Taker(
            study,
            folder,
            rules.settings,
            rules.space,
            master(),
            world.budget,
            not self.company,
            self._only_suspects,
            Job(worker=self.number, sweep=self.sweep.course.sweep),
            (),
            lambda number, _: str(number),
            lambda trial: SteppingLease(folder.leases, trial, INTERVAL, world.clock),
            world.clock.now,
        )
        while self._wanted and not folder.stop_mark(self.number).exists():
            self._check()
            self.placed = taker.take()
            if self.placed is None:
                return
            try:
                self._run(study, self.placed)
            finally:
                self.placed.lease.release()
                self.placed = self.trial = None

    @property
    def _wanted(self) -> bool:
        return self._world.rules.detached or self.sweep.process.lives

    def _check(self) -> None:
        if self.signalled or (self.process is self.sweep.process and self.sweep.signalled):
            raise SweepInterruptedError(15)

    def _run(self, study: Study, placed: Placed) -> None:
        trial = placed.trial
        self.trial = trial.number
        try:
            outcome = self._job(study, placed)
            if outcome.state == TrialState.FAIL:
                self._check()
        except BaseException as error:
            fail_own(study, trial, Cause.INTERRUPTED, reason(error), self.machine.path)
            raise
        tell(study, trial, outcome, self.machine.path, placed.subfolder)
        self._world.promises.told(trial.number, outcome)
        placed.lease.release()
        self._check()

    def _job(self, study: Study, placed: Placed) -> Outcome:
        trials = study.get_trials(deepcopy=False)
        through = known_through(trials, trials[placed.trial.number])
        done = max(through, 0)
        with reporting.reporting_to(placed.trial, through), resuming(None):
            while True:
                self.in_job, self.action = True, None
                self.process.stand("the job", lambda: self.action is not None or self.sweep_signalled)
                self.in_job = False
                self._check()
                assert self.action is not None
                kind, value = self.action
                try:
                    if kind == "raise":
                        raise ValueError("no good")
                    done += 1
                    if self._world.rules.halving:
                        reporting.report(value, done, last=done == LAST)
                    if done == LAST or not self._world.rules.halving:
                        return Outcome(TrialState.COMPLETE, (value,))
                except TrialPruned as error:
                    return Outcome(TrialState.PRUNED, reason=str(error))
                except Exception as error:
                    return Outcome(TrialState.FAIL, reason=reason(error))

    @property
    def sweep_signalled(self) -> bool:
        return self.signalled or (self.process is self.sweep.process and self.sweep.signalled)


class Sweep:
    """A sweep's own process.

    Attributes:
        machine: the folder that it works in.
        workers: that it has launched last.
        signalled: whether it was sent a signal.
        verdict: on the study, when it had ended.
    """

    def __init__(self, world: World, machine: SharedFolder, name: str) -> None:
        self._world, self.machine = world, machine
        self.workers: list[Worker] = []
        self.signalled = False
        self.verdict: Verdict | None = None
        self.process = Process(name, self._main)

    def _main(self) -> None:
        world = self._world
        # Only a journal in the study's own folder has all its workers within one lock.
        sole = world.rules.journal and world.rules.machines == 1
        watch = Watch(self.machine.leases, GRACE, sole, world.clock)
        study, settings = world.opened(), world.rules.settings
        rescue = WatchedRescue(study, self.machine, settings, watch, lambda _: None, world.promises)
        self.course = Course(study, self.machine, settings, world.budget, rescue, world.clock.now)
        combinations = world.rules.space.combinations() if world.rules.grid else ()
        try:
            self.course.begin((), combinations, everywhere=False)
            self.course.run(self._launch, self._pause)
        except SweepInterruptedError:
            for worker in self.workers:
                worker.signalled = True
                self.machine.stop_mark(worker.number).touch()
            self.process.stand("its workers' end", self._idle)
            self.course.give_up_dead(Cause.INTERRUPTED, "stopped by SIGTERM")
        self.verdict = world.budget.verdict(self.course.tally())

    def _launch(self, only_suspects: bool) -> str | None:
        world = self._world
        self._check()
        left = 1 if only_suspects else self.course.wanted()
        first = self.machine.claim_workers(left)
        self.course.launches(range(first, first + left))
        self.workers = [
            Worker(world, self, number, left > 1, only_suspects) for number in range(first, first + left)
        ]
        world.workers += self.workers
        if world.rules.n_workers == 1 and not world.rules.detached:
            worker = self.workers[0]
            worker.live()  # as Hydra's basic launcher runs it
            return worker.crash
        for worker in self.workers:
            worker.process = Process(f"worker {worker.number} of {self.process.name}", worker.live)
        together = world.rules.dies_together
        self.process.stand(
            "its workers' end",
            lambda: self.signalled or self._idle() or (together and self._lost()),
        )
        self._check()
        if not self._lost():
            return next((worker.crash for worker in self.workers if worker.crash is not None), None)
        for worker in self.workers:
            if worker.process.lives:
                worker.process.kill()
        return "a worker died"

    def _idle(self) -> bool:
        return not any(worker.process.lives for worker in self.workers if worker.process is not self.process)

    def _lost(self) -> bool:
        return any(worker.process.dead for worker in self.workers)

    def _pause(self) -> None:
        self._check()
        end = self._world.clock() + 1
        self.process.stand("a pause", lambda: self.signalled or self._world.clock() >= end)
        self._check()

    def _check(self) -> None:
        if self.signalled:
            raise SweepInterruptedError(15)


@dataclass(frozen=True)
class WatchedRescue(Rescue):
    """A rescue that must find all whose death is certain."""

    promises: Promises

    def give_up_dead(self, *args: Any, **options: Any) -> list[int]:
        dead = self.promises.certainly_dead(self.folder)
        found = super().give_up_dead(*args, **options)
        self.promises.check_ended(dead)
        return found
