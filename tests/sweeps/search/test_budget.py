"""When a sweep ends, and how."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import TrialState

from sweeps.search.budget import Budget, budget_of
from sweeps.settings import DEFAULT_TRIALS
from sweeps.study.objective import MAXIMIZED, MINIMIZED
from sweeps.study.tally import Tally, tally
from tests.sweeps.parts import settings_of

SAMPLED = Budget(n_trials=10, timeout=None, target=None, objective=MINIMIZED, max_failures=5, grid=False)
GRID = replace(SAMPLED, n_trials=None, grid=True)
USED_UP = replace(SAMPLED, size=3)  # a space of three combinations
EMPTY = tally([], MINIMIZED)
COUNTS = st.integers(0, 12)


def with_best(value: float) -> Tally:
    study = optuna.create_study()
    study.tell(study.ask(), value)
    return tally(study.get_trials(), MINIMIZED)


def after(seconds: float) -> Tally:
    """A trial that ran so long."""
    trial = optuna.trial.create_trial(state=TrialState.PRUNED)
    trial.datetime_complete = datetime(2026, 1, 1)
    trial.datetime_start = trial.datetime_complete - timedelta(seconds=seconds)
    return tally([trial], MINIMIZED)


@pytest.mark.parametrize(
    ("budget", "now", "verdict"),
    [
        (SAMPLED, EMPTY, "go on"),
        (SAMPLED, replace(EMPTY, complete=9, failed=5, retried=9, running=3), "go on"),
        (SAMPLED, replace(EMPTY, complete=6, pruned=4), "met"),
        (SAMPLED, replace(EMPTY, complete=11, failed=6), "met"),
        (SAMPLED, replace(EMPTY, failed=6), "failures"),
        (replace(SAMPLED, max_failures=None), replace(EMPTY, failed=99), "go on"),
        (replace(SAMPLED, max_failures=0), replace(EMPTY, failed=1), "failures"),
        (replace(SAMPLED, timeout=5.0), after(5.0), "met"),
        (replace(SAMPLED, timeout=5.0), after(4.9), "go on"),
        (GRID, replace(EMPTY, waiting=1), "go on"),
        (GRID, replace(EMPTY, running=1), "go on"),
        (GRID, replace(EMPTY, waiting=1, running=1), "go on"),
        (GRID, replace(EMPTY, complete=3, retried=1), "met"),
        (GRID, replace(EMPTY, complete=3, failed=1), "exhausted"),
        (replace(GRID, n_trials=3), replace(EMPTY, complete=3, waiting=3), "met"),
        (USED_UP, replace(EMPTY, complete=2, combinations=2), "go on"),
        (USED_UP, replace(EMPTY, complete=3, combinations=3), "met"),
        (USED_UP, replace(EMPTY, complete=2, failed=1, failed_drawn=1, combinations=3), "exhausted"),
        (USED_UP, replace(EMPTY, complete=3, failed=1, combinations=3), "met"),  # nothing was drawn for it
        (USED_UP, replace(EMPTY, complete=2, running=1, combinations=3), "go on"),
        (USED_UP, replace(EMPTY, complete=2, waiting=1, combinations=3), "go on"),
        (replace(SAMPLED, target=1.0), with_best(1.0), "met"),
        (replace(SAMPLED, target=1.0), with_best(1.1), "go on"),
        (replace(SAMPLED, target=1.0, objective=MAXIMIZED), with_best(1.1), "met"),
        (replace(SAMPLED, target=1.0, objective=MAXIMIZED), with_best(1.0), "met"),
        (replace(SAMPLED, target=1.0, objective=MAXIMIZED), with_best(0.9), "go on"),
        (replace(SAMPLED, target=0.0), EMPTY, "go on"),
    ],
)
def test_the_verdict_follows_from_the_tally(budget: Budget, now: Tally, verdict: str) -> None:
    assert budget.verdict(now) == verdict


@given(complete=COUNTS, pruned=COUNTS, running=COUNTS, waiting=COUNTS, grid=st.booleans())
def test_no_more_trials_start_than_the_budget_has(
    complete: int, pruned: int, running: int, waiting: int, grid: bool
) -> None:
    now = replace(EMPTY, complete=complete, pruned=pruned, running=running, waiting=waiting)
    budget = replace(SAMPLED, grid=grid)
    wanted = complete + pruned + running < 10 and (waiting > 0 or not grid)
    assert budget.may_start(now) == wanted


@given(finished=COUNTS, running=COUNTS, ahead=COUNTS, n_trials=st.integers(0, 12))
def test_no_more_begin_than_leave_room_for_who_waits_to_go_on(
    finished: int, running: int, ahead: int, n_trials: int
) -> None:
    now = replace(EMPTY, complete=finished, running=running, waiting=ahead, ahead=ahead)
    assert replace(SAMPLED, n_trials=n_trials).may_begin(now) == (finished + running + ahead < n_trials)


def test_nothing_starts_after_too_many_failures_or_when_the_target_is_met() -> None:
    assert not SAMPLED.may_start(replace(EMPTY, failed=6))
    assert not replace(SAMPLED, target=1.0).may_start(with_best(1.0))
    assert not replace(GRID, n_trials=None).may_start(replace(EMPTY, running=1))


@pytest.mark.parametrize(
    ("overrides", "grid", "n_trials", "described"),
    [
        ((), False, DEFAULT_TRIALS, "20 trials"),
        ((), True, None, "every combination"),
        (("hydra.sweeper.n_trials=7",), True, 7, "7 trials"),
        (("hydra.sweeper.timeout=90",), False, None, "90 s"),
        (("hydra.sweeper.target=0.5",), True, None, "every combination or a value of 0.5"),
        (("hydra.sweeper.n_trials=7", "hydra.sweeper.timeout=1.5"), False, 7, "7 trials or 1.5 s"),
    ],
)
def test_a_sampled_space_has_a_budget_even_where_none_is_named(
    overrides: tuple[str, ...], grid: bool, n_trials: int | None, described: str
) -> None:
    budget = budget_of(settings_of(*overrides), grid)
    assert (budget.n_trials, budget.described) == (n_trials, described)


def test_who_waits_to_go_on_keeps_the_place_of_the_stopped_one() -> None:
    budget = replace(SAMPLED, n_trials=3)
    now = replace(EMPTY, complete=2, promoted=1, waiting=2, ahead=1)
    assert budget.may_start(now)
    assert not budget.may_begin(now)
    assert budget.may_begin(replace(now, complete=1))
    assert not budget.may_begin(replace(now, complete=1, running=1))
    assert not budget.may_begin(replace(now, complete=3))
    assert replace(budget, n_trials=None).may_begin(now)


def test_of_a_space_that_is_used_up_only_what_waits_may_start() -> None:
    now = replace(EMPTY, complete=2, running=1, combinations=3)
    assert not USED_UP.may_start(now)
    assert not USED_UP.may_draw(now)
    assert USED_UP.may_start(replace(now, waiting=1))
    assert USED_UP.may_draw(replace(now, combinations=2))


def test_a_budget_is_said_in_what_ends_it_first() -> None:
    assert (USED_UP.described, USED_UP.most) == ("every combination", 3)
    assert (replace(USED_UP, n_trials=2).described, replace(USED_UP, n_trials=2).most) == ("2 trials", 2)
    assert replace(USED_UP, n_trials=None, timeout=60.0).described == "every combination or 60 s"
    assert (SAMPLED.most, replace(SAMPLED, n_trials=None).most) == (10, None)


def searched(values: list[float], running: int = 0) -> Tally:
    study = optuna.create_study()
    for value in values:
        study.tell(study.ask(), value)
    for _ in range(running):
        study.ask()
    return tally(study.get_trials(), MINIMIZED)


ALIKE = [3.0, 3.01, 2.99, 3.02, 2.98, 3.0, 3.01, 2.97, 3.03, 2.99]  # of which ten more promise 0.01
POOR = replace(SAMPLED, n_trials=20, stop_when=0.5)


def test_a_search_ends_when_what_is_left_promises_less_than_it_is_worth() -> None:
    assert POOR.verdict(searched(ALIKE)) == "met"
    assert replace(POOR, stop_when=1e-6).verdict(searched(ALIKE)) == "go on"
    assert replace(POOR, stop_when=None).verdict(searched(ALIKE)) == "go on"
    assert POOR.verdict(searched(ALIKE[:9])) == "go on"  # too few to tell
    assert replace(POOR, objective=MAXIMIZED).verdict(searched(ALIKE)) == "met"
    outlook = POOR.outlook(searched(ALIKE))
    assert (outlook.trials, outlook.worth) == (10, 0.5)


def test_what_runs_or_waits_to_go_on_is_not_left_but_nothing_begins() -> None:
    now = searched(ALIKE, running=1)
    assert POOR.verdict(now) == "go on"
    assert not POOR.may_start(now)
    ahead = replace(searched(ALIKE), ahead=1, waiting=1)
    assert POOR.verdict(ahead) == "go on"
    assert POOR.may_start(ahead)
    assert not POOR.may_begin(ahead)
    assert POOR.may_promote(searched(ALIKE))


@pytest.mark.parametrize(
    ("budget", "left"),
    [
        (POOR, 10),
        (replace(POOR, size=14), 4),
        (replace(POOR, n_trials=None, size=14), 4),
        (replace(POOR, n_trials=None), 10),
        (replace(POOR, n_trials=None, grid=True), 7),
        (replace(POOR, n_trials=12, grid=True), 2),
    ],
)
def test_so_many_trials_are_left(budget: Budget, left: int) -> None:
    now = replace(searched(ALIKE), combinations=10, waiting=7 if budget.grid else 0)
    assert budget.outlook(now).trials == left


def test_noise_is_measured_by_replicates() -> None:
    study = optuna.create_study()
    for value in ALIKE:
        trial = study.ask()
        trial.set_user_attr("sweeps:replicates", [value - 1, value + 1])
        study.tell(trial, value)
    now = tally(study.get_trials(), MINIMIZED)
    budget = replace(POOR, stop_when="noise")
    # Variances of 2 with one degree of freedom, where the median of such is nearly (7 / 9)³ of the true one.
    assert budget.outlook(now).worth == pytest.approx(math.sqrt(2 / (7 / 9) ** 3 / 2))
    assert budget.verdict(now) == "met"
    assert budget.verdict(searched(ALIKE)) == "go on"  # none is known
