"""Nothing is lost, whatever happens in whatever order: schedules that Hypothesis makes.

`python -m tests.sweeps.schedules 10000` runs so many and says how many passed.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from optuna.trial import TrialState

from tests.sweeps.schedules.processes import Process
from tests.sweeps.schedules.rules import Kind, Rules
from tests.sweeps.schedules.world import World

pytestmark = pytest.mark.long

WHICH = st.integers(0, 11)
STEPS = st.sampled_from([1, 2, 3, 5, 8, 13, 21, 5000])
TURNS = st.lists(st.integers(1, 16), max_size=12)
TAKING = ("lease", "create_new_trial")
BRINKS = st.sampled_from(
    [TAKING, TAKING, ("set_trial_state_values",), ("set_trial_user_attr",), ("set_trial_param",)]
)
VALUES = st.integers(0, 5).map(float)
N_TRIALS: dict[Kind, list[int | None]] = {
    "grid": [None, 3],
    "finite": [2, 3, 4, 9],
    "interval": [1, 2, 2, 3, 3, 4, 6],
}


@st.composite
def rules_of_a_study(draw: st.DrawFn) -> Rules:
    """Every kind of study and launcher."""
    kind: Kind = draw(st.sampled_from(["grid", "finite", "interval"]))
    halving = draw(st.booleans())
    n_workers = draw(st.integers(1, 3))
    machines = draw(st.integers(1, 2))
    return Rules(
        kind=kind,
        halving=halving,
        continues=draw(st.booleans()),
        n_trials=draw(st.sampled_from(N_TRIALS[kind])),
        retries=draw(st.integers(0, 1)),
        max_failures=draw(st.sampled_from([None, None, 1])),
        n_workers=n_workers,
        dies_together=n_workers > 1 and draw(st.booleans()),
        detached=draw(st.booleans()),
        journal=draw(st.sampled_from([False] * 5 + [True])),
        machines=machines,
    )


class Schedules(RuleBasedStateMachine):
    """A schedule: what happens to a study, one thing at a time."""

    passed = 0

    def __init__(self) -> None:
        super().__init__()
        self.world: Any = None  # a World, from the first rule on
        self._whole = True
        self._derived: list[TrialState] = []

    @initialize(rules=rules_of_a_study())
    def study(self, rules: Rules) -> None:
        self.world = World(rules)
        for machine in range(rules.machines):
            self.world.begin(machine)

    def _do(self, what: object) -> None:
        """Does something that may show a defect: the rest of the schedule says nothing then."""
        assert self.world is not None
        assert callable(what)
        self._whole = False
        try:
            what()
        except BaseException:
            note("\n".join(self.world.promises.steps))
            raise
        self._whole = True

    @rule(machine=st.integers(0, 1))
    @precondition(lambda self: len([s for s in self.world.sweeps if s.process.lives]) < 2)
    def a_sweep_begins_or_joins(self, machine: int) -> None:
        self._do(lambda: self.world.begin(machine))

    @rule(which=WHICH, steps=STEPS)
    @precondition(lambda self: bool(self.world.ready))
    def steps(self, which: int, steps: int) -> None:
        ready = self.world.ready
        self._do(lambda: self.world.run(ready[which % len(ready)], steps))

    @rule(before=BRINKS, turns=TURNS)
    @precondition(lambda self: bool(self.world.ready))
    def all_go_on_to_a_brink_and_over_it_in_turns(self, before: tuple[str, ...], turns: list[int]) -> None:
        self._in_turns(self.world.ready, before, turns)

    def _in_turns(self, processes: list[Process], before: tuple[str, ...], turns: list[int]) -> None:
        for process in processes:
            self._do(lambda process=process: self.world.run(process, 5000, before))
        for index, steps in enumerate(turns):
            process = processes[index % len(processes)]
            self._do(lambda process=process, steps=steps: self.world.run(process, steps))

    @rule()
    @precondition(lambda self: bool(self.world.ready))
    def all_go_on(self) -> None:
        for process in self.world.ready:
            self._do(lambda process=process: self.world.run(process, 5000))

    @rule(which=WHICH, value=VALUES, kind=st.sampled_from(["report"] * 4 + ["raise"]), steps=STEPS)
    @precondition(lambda self: bool(self.world.at_jobs))
    def a_job_goes_on(self, which: int, value: float, kind: str, steps: int) -> None:
        worker = self.world.at_jobs[which % len(self.world.at_jobs)]
        worker.action = (kind, value)
        self._do(lambda: self.world.run(worker.process, steps))

    @rule(value=VALUES, before=BRINKS | st.just(()), turns=TURNS)
    @precondition(lambda self: bool(self.world.at_jobs))
    def all_jobs_go_on(self, value: float, before: tuple[str, ...], turns: list[int]) -> None:
        workers = self.world.at_jobs
        for worker in workers:
            worker.action = ("report", value)
        self._in_turns([worker.process for worker in workers], before, turns)

    @rule(which=WHICH)
    @precondition(lambda self: any(w.process.lives for w in self.world.workers))
    def a_worker_dies(self, which: int) -> None:
        living = [worker for worker in self.world.workers if worker.process.lives]
        busy = [worker for worker in living if worker.process.at != "its start"]
        chosen = busy or living
        self.world.kill(chosen[which % len(chosen)].process)

    @rule(which=WHICH)
    @precondition(lambda self: bool(self.world.sweeps))
    def a_sweep_dies_or_its_machine(self, which: int) -> None:
        sweep = self.world.sweeps[which // 2 % len(self.world.sweeps)]
        owners = (*self.world.sweeps, *self.world.workers)
        there = [one.process for one in owners if one.machine is sweep.machine]
        for process in there if which % 2 else [sweep.process]:
            if process.lives:
                self.world.kill(process)

    @rule(which=WHICH)
    @precondition(lambda self: any(s.process.lives for s in self.world.sweeps))
    def a_signal(self, which: int) -> None:
        living = [sweep for sweep in self.world.sweeps if sweep.process.lives]
        living[which % len(living)].signalled = True

    @precondition(lambda self: self.world.living)
    @rule(seconds=st.sampled_from([1.0, 20.0, 61.0, 200.0]), asleep=st.none() | WHICH)
    def time_passes(self, seconds: float, asleep: int | None) -> None:
        """A worker may sleep from now on, as on a notebook that is closed, until all awake the next time."""
        for worker in self.world.workers:
            worker.asleep = False
        if asleep is not None and self.world.workers and self.world.rules.machines > 1:
            self.world.workers[asleep % len(self.world.workers)].asleep = True
        self._do(lambda: self.world.pass_time(seconds))

    @rule()
    @precondition(lambda self: all(machine.holder.free for machine in self.world.machines))
    @precondition(lambda self: self.world.states != self._derived)
    def what_is_owed_is_derived_twice(self) -> None:
        self._do(self.world.promises.check_twice)
        self._derived = self.world.states

    @invariant()
    def promises_hold(self) -> None:
        if self.world is not None:
            self._do(self.world.promises.check)

    def teardown(self) -> None:
        if self.world is None:
            return
        try:
            if self._whole:
                self._do(self.world.finish)
                type(self).passed += 1
        finally:
            self.world.close()


def run(schedules: int) -> int:
    """Runs so many schedules or some more; returns how many passed, which are all."""
    Schedules.passed = 0
    options = settings(
        max_examples=schedules,
        stateful_step_count=60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Schedules, settings=options)
    return Schedules.passed


def test_some_schedules() -> None:
    assert run(50) >= 50


@pytest.mark.slow
def test_ten_thousand_schedules() -> None:
    assert run(10_000) >= 10_000
