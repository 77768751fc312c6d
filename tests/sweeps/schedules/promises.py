"""What was done to a study by whom, and what the documentation promises of it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from sweeps.results import result_file
from sweeps.results.outcome import Outcome
from sweeps.search.promotion import enqueue_promotion
from sweeps.search.queue import enqueue_missing, enqueue_retries
from sweeps.search.samplers import PerTrialSampler
from sweeps.study import attributes
from sweeps.study.account import account_of
from sweeps.study.attributes import RUNG
from sweeps.study.continuation import predecessors
from sweeps.study.folder import StudyFolder
from sweeps.study.holding import held_key
from sweeps.study.lineage import promoted
from sweeps.study.objective import MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import Cause, TrialView
from tests.sweeps.schedules.parties import Worker
from tests.sweeps.schedules.processes import Process, this_process
from tests.sweeps.schedules.rules import GRACE, SAMPLER, master, space

if TYPE_CHECKING:
    from tests.sweeps.schedules.world import World

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


class Promises:
    """Kept beside a study by those who see all processes, and what the study must agree with.

    Attributes:
        taken: who runs, or ran, a trial.
        innocent: trials that died with their sweep or in company, were stopped, or only slept.
        steps: of the storage, for people who read a failing schedule.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.taken: dict[int, Worker] = {}
        self.steps: list[str] = []
        self._spared_by: dict[int, Process] = {}
        self._signs: dict[int, float] = {}
        self._given_up: set[int] = set()
        self.innocent: set[int] = set()
        self._alone: set[int] = set()
        self._ends: dict[int, Any] = {}

    # What happens.

    def seen(self, name: str, result: Any, *args: Any, **options: Any) -> None:
        """A step of the storage was done."""
        process = this_process()
        said = ", ".join(str(word)[:80] for word in args)
        self.steps.append(f"{process.name if process else 'the test'}: {name}({said}) -> {result}")
        if process is None:
            return
        if name == "create_new_trial":
            trial = self._world.trials[-1]
            if trial.state == TrialState.RUNNING:
                self._take(trial.number, process)
        elif name == "set_trial_user_attr" and args[1] == attributes.SPARED:
            self._spared_by[self._number(args[0])] = process
        elif name == "set_trial_state_values" and result:
            number, state = self._number(args[0]), args[1]
            if state == TrialState.RUNNING:
                self._take(number, process)
            elif self.taken[number].process is not process:
                self._ended_by_another(number, state, process)

    def _number(self, trial_id: int) -> int:
        return int(self._world.own._storage.real.get_trial(trial_id).number)  # type: ignore[attr-defined]

    def _take(self, number: int, process: Process) -> None:
        (worker,) = [
            worker
            for worker in self._world.workers
            if worker.process is process and worker is _last(process, self._world.workers)
        ]
        assert number not in self.taken, "a trial is taken twice"
        self.taken[number] = worker
        self._signs[number] = self._world.clock()

    def signed(self, worker: Worker) -> None:
        """A worker gave a sign of life."""
        if worker.trial is not None:
            self._signs[worker.trial] = self._world.clock()

    def died(self, process: Process) -> None:
        """A process was killed."""

    def told(self, number: int, outcome: Outcome) -> None:
        """A worker has told the study of its job."""
        trial = self._world.trials[number]
        if number not in self._given_up:
            assert trial.state == outcome.state
            assert trial.state != TrialState.COMPLETE or trial.values == list(outcome.values)

    def _ended_by_another(self, number: int, state: TrialState, process: Process) -> None:
        worker = self.taken[number]
        machine = self._machine_of(process)
        here = machine is worker.machine
        self._given_up.add(number)
        attrs = self._world.trials[number].user_attrs
        if attrs.get(attributes.CAUSE) == Cause.SURPLUS:
            assert "folder" not in attrs.get(attributes.JOB, {}), "it runs, and is said to have given way"
            return
        if worker.process.lives:
            assert not here, f"trial {number} is given up, and its worker lives here"
            age = self._world.clock() - self._signs[number]
            assert age > GRACE, f"trial {number} is given up {age} s after its last sign of life"
            self.innocent.add(number)
        elif worker.company or not worker.sweep.process.lives:
            self.innocent.add(number)
        elif attributes.SPARED in attrs and self._spared_by[number] is not worker.sweep.process:
            self.innocent.add(number)  # another sweep has found it first, and cannot know
        else:
            self._alone.add(number)
            own = process is worker.sweep.process and attributes.JOB in attrs
            if state == TrialState.FAIL and own and not worker.sweep.signalled:
                assert attrs[attributes.CAUSE] == Cause.LOST
                assert attributes.SPARED not in attrs
        if state == TrialState.FAIL and number in self.innocent:
            spared = attributes.SPARED in attrs or attrs[attributes.CAUSE] == Cause.INTERRUPTED
            assert spared, f"trial {number} had no part in its worker's death, which counts against it"
        if state == TrialState.FAIL and here:
            folder = attrs.get(attributes.JOB, {}).get("folder")
            left = folder is not None and (worker.machine.path / folder / result_file.NAME).exists()
            assert not left, f"trial {number} had ended, and is given up"

    def _machine_of(self, process: Process) -> StudyFolder:
        owners: list[Any] = [*self._world.sweeps, *self._world.workers]
        return next(one.machine for one in owners if one.process is process)

    def certainly_dead(self, folder: StudyFolder) -> list[int]:
        """The running trials whose worker died in this folder."""
        return [
            trial.number
            for trial in self._world.trials
            if trial.state == TrialState.RUNNING
            and self.taken[trial.number].machine is folder
            and self.taken[trial.number].process.dead
        ]

    def check_ended(self, numbers: list[int]) -> None:
        """Trials that a rescue had to find have ended."""
        trials = self._world.trials
        assert not [number for number in numbers if trials[number].state == TrialState.RUNNING]

    # What must hold.

    def check(self) -> None:
        """What holds at every moment."""
        trials = self._world.trials
        assert [trial.number for trial in trials] == list(range(len(trials)))
        self._check_ends(trials)
        self._check_budget(trials)
        self._check_attempts(trials)
        self._check_continuations(trials)
        self._check_draws(trials)
        self._check_tally(trials)
        folders = [
            (job["host"], job["folder"])
            for trial in trials
            if "folder" in (job := trial.user_attrs.get(attributes.JOB, {}))
        ]
        assert len(set(folders)) == len(folders)

    def _check_ends(self, trials: list[FrozenTrial]) -> None:
        for trial in trials:
            if trial.state.is_finished():
                end = (trial.state, trial.values, trial.params, trial.intermediate_values, trial.user_attrs)
                assert self._ends.setdefault(trial.number, end) == end, "what has ended was changed"

    def _counts(self, trial: FrozenTrial) -> bool:
        """Whether a trial has run, or was taken to be run now."""
        if trial.state == TrialState.RUNNING:
            return any(worker.trial == trial.number for worker in self._world.workers)
        surplus = trial.user_attrs.get(attributes.CAUSE) == Cause.SURPLUS
        return trial.state.is_finished() and not surplus

    def _check_budget(self, trials: list[FrozenTrial]) -> None:
        limit = self._world.rules.n_trials
        gone = promoted(trials, waiting=False)
        finished = [t for t in trials if t.state in ENDED and t.number not in gone]
        assert limit is None or len(finished) <= limit, "more than the budget"
        if self._world.rules.kind != "interval":
            keys = [held_key(trial) for trial in finished]
            assert len(set(keys)) == len(keys), "a combination has ended twice"

    def _check_attempts(self, trials: list[FrozenTrial]) -> None:
        alone = self._world.rules.machines == 1
        repeated = [
            trial.user_attrs[attributes.RETRY_OF]
            for trial in trials
            if attributes.RETRY_OF in trial.user_attrs and (alone or self._counts(trial))
        ]
        assert len(set(repeated)) == len(repeated), "a trial is tried again twice"
        for number in repeated:
            assert trials[number].state == TrialState.FAIL

    def _check_continuations(self, trials: list[FrozenTrial]) -> None:
        standing = []
        for trial in trials:
            for other in predecessors(trials, trial.number):
                assert trial.params.items() <= other.params.items()
                assert other.intermediate_values.items() <= trial.intermediate_values.items()
                rungs = {name: x for name, x in other.system_attrs.items() if name.startswith(RUNG)}
                assert rungs.items() <= trial.system_attrs.items()
            held = TrialView(trial).resumes
            if held is None:
                continue
            stopped = trials[held.trial]
            assert stopped.state == TrialState.PRUNED
            assert held.step == stopped.last_step
            assert stopped in predecessors(trials, trial.number)
            if self._counts(trial) and trial.state != TrialState.FAIL:
                standing.append(held.trial)
        assert len(set(standing)) == len(standing), "two go on with the same trial"

    def _check_draws(self, trials: list[FrozenTrial]) -> None:
        """What is drawn does not depend on how often the study was stopped, and what is tried again is the
        same."""
        rules = self._world.rules
        if rules.kind != "interval" or rules.machines > 1:
            return
        expected = drawn(len(trials))
        position: dict[int, int] = {}
        for trial in trials:
            held = TrialView(trial).resumes
            before = trial.user_attrs.get(attributes.RETRY_OF, held.trial if held is not None else None)
            own = len(set(position.values())) if before is None else position[before]
            position[trial.number] = own
            assert trial.params.items() <= expected[own].items(), "drawn otherwise than in one go"

    def _check_tally(self, trials: list[FrozenTrial]) -> None:
        """What is kept from one look to the next is what a whole count gives."""
        kept = account_of(self._world.own).tally(MINIMIZED, self._world.clock.now)
        counted = tally(trials, MINIMIZED, self._world.clock.now)
        for name in (
            "complete",
            "pruned",
            "promoted",
            "failed",
            "retried",
            "running",
            "waiting",
            "ahead",
            "combinations",
            "best",
        ):
            assert getattr(kept, name) == getattr(counted, name), name
        assert kept.seconds == pytest.approx(counted.seconds)

    def check_twice(self) -> None:
        """Deriving what is to be done a second time changes nothing."""
        study, rules = self._world.own, self._world.rules
        combinations = list(rules.space.combinations()) if rules.grid else []
        enqueue_missing(study, combinations)
        enqueue_retries(study, rules.retries, rules.continues)
        promotes = rules.halving and self._world.budget.may_promote(tally(self._world.trials, MINIMIZED))
        if promotes:
            enqueue_promotion(study)
        before = len(self._world.trials)
        assert enqueue_retries(study, rules.retries, rules.continues) == 0
        assert not promotes or enqueue_promotion(study) is None
        assert enqueue_missing(study, combinations) == 0
        assert len(self._world.trials) == before


def _last(process: Process, workers: list[Worker]) -> Worker | None:
    return next((worker for worker in reversed(workers) if worker.process is process), None)


@functools.cache
def drawn(number: int) -> list[dict[str, Any]]:
    """The parameters of the first trials of a sampled study that nothing disturbs."""
    study = optuna.create_study(sampler=PerTrialSampler(SAMPLER))
    for _ in range(number):
        space("interval").suggest(study.ask(), master())
    return [trial.params for trial in study.trials]
