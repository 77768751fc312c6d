"""`sweeps.report` within a sweep and outside one."""

from __future__ import annotations

import contextlib
import decimal
import functools
import math
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.pruners import BasePruner, MedianPruner, NopPruner, ThresholdPruner
from optuna.trial import TrialState

import sweeps
from sweeps.inside.reporting import reporting_to
from sweeps.search.samplers import make_pruner
from tests.sweeps.parts import journal_study, settings_of


def test_outside_a_sweep_it_does_nothing() -> None:
    sweeps.report(1.0, 1)
    with reporting_to(None):  # as in a sweep of several objectives
        sweeps.report(1.0, 1)


class Noted:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int | str]] = []

    def reached(self, step: int) -> None:
        self.told.append(("reached", step))

    def stopped(self, why: str) -> None:
        self.told.append(("stopped", why))


def test_how_far_a_job_has_come_is_noted_where_its_values_are_not_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted, now = Noted(), [100.0]
    monkeypatch.setattr("sweeps.inside.reporting.time.monotonic", lambda: now[0])
    with reporting_to(None, notes=noted):
        for step in range(1, 6):
            sweeps.report("no number", step)  # type: ignore[arg-type]  # where it is not used, it is not wrong
            sweeps.report(1.0, "no step")  # type: ignore[arg-type]
            now[0] += 2
    assert noted.told == [("reached", 1), ("reached", 4)]  # every five seconds
    study, noted = optuna.create_study(pruner=ThresholdPruner(upper=1.0)), Noted()
    with reporting_to(study.ask(), through=3, notes=noted):
        for step in range(2, 5):
            sweeps.report(0.5, step)
            now[0] += 6
        with pytest.raises(optuna.TrialPruned):
            sweeps.report(2.5, 5)
    assert noted.told == [("reached", 2), ("reached", 3), ("stopped", "pruned at step 5 with 2.5")]


def test_values_reach_the_trial_that_runs() -> None:
    study = optuna.create_study(pruner=NopPruner())
    trial = study.ask()
    with reporting_to(trial):
        sweeps.report(3, 1)
        sweeps.report(math.nan, 2)
    sweeps.report(1.0, 3)
    values = study.get_trials()[0].intermediate_values
    assert values.keys() == {1, 2}
    assert values[1] == 3.0
    assert math.isnan(values[2])


def test_a_fault_of_the_storage_is_noted_whatever_the_job_makes_of_it(tmp_path: Path) -> None:
    trial = journal_study(tmp_path).ask()
    (tmp_path / "study.journal").unlink()
    (tmp_path / "study.journal").mkdir()
    with reporting_to(trial) as faults, contextlib.suppress(OSError):
        sweeps.report(1.0, 1)
    assert [type(fault) for fault in faults] == [IsADirectoryError]
    with reporting_to(trial) as faults, contextlib.suppress(ValueError):
        sweeps.report(1.0, -1)
    assert not faults


def test_a_trial_that_is_worse_is_pruned_and_says_where() -> None:
    study = optuna.create_study(pruner=MedianPruner(n_startup_trials=1))
    with reporting_to(first := study.ask()):
        sweeps.report(1.0, 1)
    study.tell(first, 1.0)
    with reporting_to(study.ask()), pytest.raises(optuna.TrialPruned, match="pruned at step 1 with 2.5"):
        sweeps.report(2.5, 1)


def test_a_job_that_is_done_is_not_stopped_at_its_last_step() -> None:
    study = optuna.create_study(pruner=ThresholdPruner(upper=1.0))
    with reporting_to(study.ask()):
        sweeps.report(2.5, 1, last=True)
    assert study.get_trials()[0].intermediate_values == {1: 2.5}


def test_an_undefined_value_is_pruned() -> None:
    study = optuna.create_study(pruner=ThresholdPruner(upper=1e9))
    with reporting_to(study.ask()), pytest.raises(optuna.TrialPruned):
        sweeps.report(math.nan, 1)


def test_the_trial_before_is_reported_to_again_afterwards_also_after_an_error() -> None:
    study = optuna.create_study(pruner=NopPruner())
    outer, inner = study.ask(), study.ask()

    def fail() -> None:
        with reporting_to(inner):
            sweeps.report(1.0, 1)
            raise RuntimeError

    with reporting_to(outer):
        with pytest.raises(RuntimeError):
            fail()
        sweeps.report(2.0, 1)
    assert [trial.intermediate_values for trial in study.get_trials()] == [{1: 2.0}, {1: 1.0}]


def test_another_thread_reports_to_no_trial_of_this_one() -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask()):
        other = threading.Thread(target=sweeps.report, args=(1.0, 1))
        other.start()
        other.join()
    assert study.get_trials()[0].intermediate_values == {}


GROUP = "hydra/sweeper/optuna_study/pruner"
PRUNERS = {
    "median": (),
    "percentile": ("hydra.sweeper.pruner.percentile=50.0",),
    "hyperband": (),
    "successive_halving": (),
    "patient": ("hydra.sweeper.pruner.patience=3",),
    "threshold": ("hydra.sweeper.pruner.upper=1e9", "hydra.sweeper.pruner.n_warmup_steps=100"),
}
UNDEFINED = [math.nan, math.inf, -math.inf, np.float32("nan"), decimal.Decimal("NaN"), 10**400]


@functools.cache
def pruner_of(name: str) -> BasePruner:
    """A pruner as a command line names it; each would leave the first trials and steps alone."""
    return make_pruner(settings_of(f"{GROUP}={name}", *PRUNERS.get(name, ())).pruner)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("value", UNDEFINED, ids=lambda value: str(value)[:9])
@pytest.mark.parametrize("name", PRUNERS)
def test_every_pruner_stops_a_trial_for_an_undefined_value_at_any_step(
    name: str, value: Any, direction: Any
) -> None:
    study = optuna.create_study(direction=direction, pruner=pruner_of(name))
    for before in ([], [1.0], [1.0, 2.0, 3.0]):
        trial = study.ask()
        with reporting_to(trial), warnings.catch_warnings():
            warnings.simplefilter("error")
            for step, good in enumerate(before):
                sweeps.report(good, step, last=True)
            with pytest.raises(optuna.TrialPruned, match=rf"^pruned at step {len(before)} with (nan|-?inf)$"):
                sweeps.report(value, len(before))
        study.tell(trial, state=TrialState.PRUNED)
        ended = study.get_trials()[trial.number]
        assert list(ended.intermediate_values.values())[:-1] == before
        assert math.isnan(ended.intermediate_values[len(before)])


@pytest.mark.parametrize("value", UNDEFINED, ids=lambda value: str(value)[:9])
def test_without_a_pruner_an_undefined_value_stops_nothing(value: Any) -> None:
    study = optuna.create_study(pruner=pruner_of("none"))
    with reporting_to(study.ask()):
        sweeps.report(value, 1)
        sweeps.report(2.0, 2)
    values = study.get_trials()[0].intermediate_values
    assert math.isnan(values[1])
    assert values[2] == 2.0


@pytest.mark.parametrize("name", PRUNERS)
def test_trials_beside_one_with_undefined_values_are_judged_as_ever(name: str) -> None:
    study = optuna.create_study(pruner=pruner_of(name))
    for number in range(12):
        trial = study.ask()
        with reporting_to(trial), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                for step in range(1, 5):
                    sweeps.report([-math.inf, 1.0, 5.0][number % 3] if step == 2 else 1.0, step)
            except optuna.TrialPruned:
                study.tell(trial, state=TrialState.PRUNED)
            else:
                study.tell(trial, 1.0)
    states = [trial.state.name for trial in study.get_trials()]
    assert states[0::3] == ["PRUNED"] * 4
    assert "COMPLETE" in states
    assert study.best_value == 1.0


def test_numbers_of_any_kind_are_recorded_as_floats() -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask()):
        for step, value in enumerate([1, np.float32(1.5), np.array([2.5]), decimal.Decimal("3.5")]):
            sweeps.report(value, np.int64(step))  # type: ignore[arg-type]
        sweeps.report(4.0, 4.0)  # type: ignore[arg-type]
        sweeps.report(5.0, 2**31 - 1)
    values = study.get_trials()[0].intermediate_values
    assert values == {0: 1.0, 1: 1.5, 2: 2.5, 3: 3.5, 4: 4.0, 2**31 - 1: 5.0}
    assert {type(value) for value in values.values()} == {float}


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "None"), ("1.5", "'1.5'"), (True, "True"), ((1.0,), r"\(1.0,\)"), (1j, "1j")]
)
def test_a_value_that_is_no_number_is_refused_and_not_recorded(value: Any, shown: str) -> None:
    study = optuna.create_study(pruner=NopPruner())
    with (
        reporting_to(study.ask()),
        pytest.raises(TypeError, match=rf"^sweeps.report\(value={shown}\): must be a number$"),
    ):
        sweeps.report(value, 1)
    assert study.get_trials()[0].intermediate_values == {}


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (-1, ValueError), (1.5, ValueError), (2**31, ValueError), (10**400, ValueError),
        (math.nan, ValueError), (math.inf, ValueError),
        (None, TypeError), ("3", TypeError), (True, TypeError), ([3], TypeError),
    ],
)  # fmt: skip
def test_a_step_that_is_no_whole_number_is_refused_and_not_recorded(
    step: Any, error: type[Exception]
) -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask()), pytest.raises(error, match=r"^sweeps.report\(step=.*\): must be a whole"):
        sweeps.report(1.0, step)
    assert study.get_trials()[0].intermediate_values == {}


@pytest.mark.parametrize("step", [3, 2, 0])
def test_a_step_that_does_not_rise_is_refused_and_changes_nothing(step: int) -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask()):
        sweeps.report(1.0, 1)
        sweeps.report(2.0, 3)
        with pytest.raises(
            ValueError, match=rf"^sweeps.report\(step={step}\): must rise; 3 has been reported$"
        ):
            sweeps.report(9.0, step)
        sweeps.report(4.0, 4)
    assert study.get_trials()[0].intermediate_values == {1: 1.0, 3: 2.0, 4: 4.0}


def test_a_trial_that_goes_on_may_report_what_is_known_again() -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask(), through=3):
        for step in (1, 2, 3, 2, 3, 4, 5):
            sweeps.report(float(step), step)
        with pytest.raises(ValueError, match="must rise; 5"):
            sweeps.report(1.0, 4)
    assert study.get_trials()[0].intermediate_values == {4: 4.0, 5: 5.0}


def test_outside_a_sweep_nothing_is_looked_at() -> None:
    sweeps.report("much", -1)  # type: ignore[arg-type]


odd = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3) | st.binary(max_size=3)


@given(st.lists(st.tuples(odd, odd | st.integers(0, 5)), max_size=5))
def test_whatever_is_reported_is_recorded_or_refused_by_name(calls: list[tuple[Any, Any]]) -> None:
    study = optuna.create_study(pruner=NopPruner())
    with reporting_to(study.ask()):
        for value, step in calls:
            before = study.get_trials()[0].intermediate_values
            try:
                sweeps.report(value, step)
            except (TypeError, ValueError) as error:
                assert str(error).startswith(("sweeps.report(value=", "sweeps.report(step="))
                assert len(str(error).splitlines()) == 1
                assert list(study.get_trials()[0].intermediate_values) == list(before)
            else:
                assert list(study.get_trials()[0].intermediate_values) == [*before, int(step)]
