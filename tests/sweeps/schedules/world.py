"""A study on which virtual sweeps and workers of one or two machines work at once, in one of Optuna's own
storages."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.budget import budget_of
from sweeps.search.distinct import sampler_of
from sweeps.search.samplers import make_pruner
from sweeps.study.journal import Journal
from tests.sweeps.schedules.ending import Ending
from tests.sweeps.schedules.parties import Sweep, Worker
from tests.sweeps.schedules.processes import Clock, Process, SharedFolder, SteppingStorage
from tests.sweeps.schedules.promises import Promises
from tests.sweeps.schedules.rules import GRACE, INTERVAL, Rules

NAME = "study"


class World:
    """A study, those who work on it, and what they have done."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.clock = rules, Clock()
        self.budget = budget_of(rules.settings, rules.grid, rules.size)
        self._exits = contextlib.ExitStack()
        root = Path(self._exits.enter_context(tempfile.TemporaryDirectory()))
        self._exits.enter_context(self.clock.everywhere())
        self._journal = root / "study.journal"
        self._memory = None if rules.journal else InMemoryStorage()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        optuna.create_study(study_name=NAME, storage=self._real())
        self.machines = [SharedFolder(root / str(number)) for number in range(rules.machines)]
        for machine in self.machines:
            machine.make()
        self.sweeps: list[Sweep] = []
        self.workers: list[Worker] = []
        self.promises = Promises(self)
        self.own = self.opened()

    def opened(self) -> Study:
        """The study as a process opens it."""
        settings = self.rules.settings
        return optuna.load_study(
            study_name=NAME,
            storage=SteppingStorage(self._real(), self.promises.seen),  # type: ignore[abstract]
            sampler=sampler_of(settings.sampler, self.rules.space),
            pruner=make_pruner(settings.pruner),
        )

    def _real(self) -> Any:
        return self._memory or JournalStorage(Journal(str(self._journal)))

    @property
    def trials(self) -> list[FrozenTrial]:
        storage: Any = self.own._storage
        return list(storage.real.get_all_trials(self.own._study_id, deepcopy=False))

    @property
    def states(self) -> list[TrialState]:
        return [trial.state for trial in self.trials]

    @property
    def processes(self) -> list[Process]:
        """All that were ever started; a worker may share its sweep's."""
        owners: list[Any] = [*self.sweeps, *self.workers]
        found = [one.process for one in owners]
        return list(dict.fromkeys(found))

    @property
    def living(self) -> list[Process]:
        return [process for process in self.processes if process.lives]

    @property
    def ready(self) -> list[Process]:
        """Those that could go on now."""
        asleep = {worker.process for worker in self.workers if worker.asleep}
        return [process for process in self.living if process not in asleep and not process.blocked]

    @property
    def at_jobs(self) -> list[Worker]:
        """The workers whose jobs run and could go on."""
        return [
            worker for worker in self.workers if worker.process.lives and worker.in_job and not worker.asleep
        ]

    def begin(self, machine: int) -> None:
        """Another sweep begins, or joins in."""
        folder = self.machines[machine % len(self.machines)]
        self.sweeps.append(Sweep(self, folder, f"sweep {len(self.sweeps)} on machine {folder.path.name}"))

    def run(self, process: Process, steps: int, before: tuple[str, ...] = ()) -> None:
        """A process goes on, until it has done so many steps, stands before one of a name, or waits for
        something."""
        while steps > 0 and process.lives and not process.blocked and process.at not in before:
            process.advance()
            steps -= 1

    def kill(self, process: Process) -> None:
        """A process dies."""
        process.kill()
        self.promises.died(process)

    def pass_time(self, seconds: float) -> None:
        """The clock goes on; jobs of processes that are awake give their signs of life."""
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.clock.seconds = min(end, self.clock.seconds + INTERVAL)
            for worker in self.at_jobs:
                assert worker.placed is not None
                worker.placed.lease.beat()
                self.promises.signed(worker)

    def finish(self) -> None:
        """Everybody who lives comes to an end, and a last sweep goes on with what is left."""
        for worker in self.workers:
            worker.asleep = False
        self._run_out()
        assert not self.living
        last = len(self.sweeps)
        self.begin(0)
        self._run_out()
        verdict = self.sweeps[last].verdict
        assert verdict is not None
        self.promises.check()
        Ending(self, self.promises).check(verdict)

    def _run_out(self) -> None:
        for _ in range(20_000):
            for worker in self.at_jobs:
                worker.action = ("report", float(worker.trial or 0))
            if self.ready:
                self.run(self.ready[0], 100)
            elif self.living:
                self.pass_time(GRACE / 2)
            else:
                return
        raise AssertionError(f"they never come to an end: {self.living}")

    def close(self) -> None:
        """Nothing of it is left."""
        for process in self.processes:
            process.bury()
        self._exits.close()
