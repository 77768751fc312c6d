"""The course of a sweep: the dead are given up, what is owed is enqueued, workers are launched, until nothing
more may start."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from optuna.study import Study
from optuna.trial import FrozenTrial

from sweeps.errors import FaultError
from sweeps.search.asking import suspects
from sweeps.search.budget import Budget
from sweeps.search.queue import enqueue_missing
from sweeps.search.rescue import Rescue
from sweeps.search.resumption import enqueue_resumed
from sweeps.settings import Settings
from sweeps.space.parameter import Value
from sweeps.study.account import account_of
from sweeps.study.folder import StudyFolder
from sweeps.study.tally import Tally
from sweeps.study.trial import Cause, Job, Spared, TrialView
from sweeps.system import signals
from sweeps.terminal.console import mention as say
from sweeps.text import one_line

FRUITLESS = 3  # launches in a row without a trial that ended, after which a sweep stops


class Course:
    """Of one process's sweep.

    Args:
        study: as this process has it open.
        folder: of the study.
        settings: of the sweeper.
        budget: how long.
        rescue: gives up trials whose worker is dead.
        now: the time of day.
        races: whether it is a race of finalists.
    """

    def __init__(
        self,
        study: Study,
        folder: StudyFolder,
        settings: Settings,
        budget: Budget,
        rescue: Rescue,
        now: Callable[[], datetime] = datetime.now,
        races: bool = False,
    ) -> None:
        self._study, self._folder, self._settings, self._budget = study, folder, settings, budget
        self._rescue, self._now, self._races = rescue, now, races
        self._wanted: list[Mapping[str, Value]] = []
        self._spared: str | None = None
        self.launched = range(0)  # the workers of the last launch
        self.sweep = uuid.uuid4().hex  # what their trials say of who launched them

    def begin(
        self,
        warm: Iterable[Mapping[str, Value]],
        combinations: Iterable[Mapping[str, Value]],
        everywhere: bool,
    ) -> None:
        """Ends what an earlier process has left, and enqueues what the study does not hold yet.

        Args:
            warm: combinations to try first.
            combinations: of a grid.
            everywhere: whether to look for results in all folders, as after damage.
        """
        self.rescue(None, everywhere)
        with self._folder.locked():
            # The other study's best may have changed since this one began.
            begins = not self._settings.enqueue_best or not self._study.get_trials(deepcopy=False)
            self._wanted = [*(warm if begins else ()), *combinations]
            enqueue_missing(self._study, self._wanted, sampled=not self._budget.grid)

    def run(self, launch: Callable[[bool], str | None], pause: Callable[[], None]) -> None:
        """Launches workers until nothing more may start; replaces lost ones while there is progress.

        Args:
            launch: launches workers, for trials on which a worker died only or for all, and waits for them;
                says how it lost some, if it did.
            pause: waits for trials of other processes.

        Raises:
            FaultError: the disk or the storage failed a worker, and there is something left to do.
        """
        fruitless = 0
        waits = False
        while True:
            signals.check()
            self.rescue(None)
            self._enqueue()
            before = self.tally()
            if self._budget.verdict(before) != "go on":
                return
            if self._budget.may_start(before):
                waits = False
                try:
                    loss = launch(self._in_company and self._has_suspects(before))
                except FaultError as fault:
                    self._stop_at(fault)
                    continue
                signals.check()
                self.rescue(loss)
                fruitless = fruitless + 1 if _ended(self.tally()) == _ended(before) else 0
                if loss is not None:
                    say(f"lost workers: {one_line(loss, 300)}")
                if fruitless >= FRUITLESS:
                    say("stopped: workers ended three times in a row without ending a trial")
                    return
                continue
            if not waits:
                waits = True
                say(f"waiting for {before.running} trials of other processes")
            pause()

    def _stop_at(self, fault: FaultError) -> None:
        self.launched = range(0)  # the sweep dies too: that counts against no trial
        self.rescue(str(fault))
        if self._budget.may_start(self.tally()):
            raise fault

    def _has_suspects(self, now: Tally) -> bool:
        """Whether trials that are to be run without company wait, and may start."""
        account = account_of(self._study)
        trials = [account.trials[number] for number in suspects(account)]
        begins = self._budget.may_begin(now)
        return any(begins or TrialView(trial).resumes is not None for trial in trials)

    @property
    def _in_company(self) -> bool:
        """Whether workers may die with each other; those of supervised ones' trials die alone."""
        return self._settings.n_workers > 1 and not self._settings.supervised

    def launches(self, workers: range) -> None:
        """Notes which workers are launched now."""
        self.launched = workers
        self._spared = Spared.IN_COMPANY if len(workers) > 1 else None

    def wanted(self) -> int:
        """How many workers to launch: no more than there are trials left to run."""
        now = self.tally()
        n_workers = self._settings.n_workers
        if self._budget.grid:
            n_workers = min(n_workers, now.waiting)
        elif self._budget.size is not None:
            n_workers = min(n_workers, now.waiting + self._budget.size - now.combinations)
        if self._budget.n_trials is not None:
            n_workers = min(n_workers, self._budget.n_trials - now.finished - now.running)
        return max(1, n_workers)

    def rescue(self, loss: str | None, everywhere: bool = False) -> None:
        """Gives up the trials of workers that died.

        Args:
            loss: how it lost them, as the launcher says.
            everywhere: whether to look for results in all folders, as after damage.
        """
        reason = "its worker died" + (f" ({one_line(loss, 300)})" if loss else "")
        self.give_up_dead(Cause.LOST, reason, everywhere)

    def give_up_dead(self, cause: str, reason: str, everywhere: bool = False) -> None:
        """Gives up the trials of dead workers, for a cause and a reason."""
        self._rescue.give_up_dead(cause, reason, self._why_spared, everywhere)

    def tally(self) -> Tally:
        """The study's."""
        return account_of(self._study).tally(self._budget.objective, self._now)

    def _enqueue(self) -> None:
        with self._folder.locked():
            # Of a combination that two machines had enqueued, each trial may have given way to the other.
            enqueue_missing(self._study, self._wanted, sampled=not self._budget.grid)
            enqueue_resumed(self._study, self._settings, self._races, self._budget, self.tally)

    def _why_spared(self, trial: FrozenTrial) -> str | None:
        """Why the death of a trial's worker does not count against it; None of one that died alone, while
        this sweep, which had launched it, lives on."""
        job = TrialView(trial).job or Job()
        # Workers' numbers alone are those of a folder: a database may join several.
        if job.sweep != self.sweep or job.worker not in self.launched:
            return Spared.SWEEP_DIED
        return self._spared


def _ended(now: Tally) -> int:
    return now.finished + now.failed + now.retried + now.promoted
