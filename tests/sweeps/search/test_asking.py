"""Which trial a worker may take."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from sweeps.search import asking
from sweeps.search.asking import is_too_many, suspects
from sweeps.search.budget import Budget
from sweeps.study import attributes
from sweeps.study.account import Account
from sweeps.study.leases import Lease
from sweeps.study.lineage import enqueue_resumption
from sweeps.study.objective import MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import Cause, Job


def study_with_suspect() -> optuna.Study:
    """Trial 0 died with its worker; trial 1 repeats it; trial 2 waits too."""
    study = optuna.create_study()
    first = study.ask()
    first.set_user_attr(attributes.CAUSE, Cause.LOST)
    study.tell(first, state=TrialState.FAIL)
    study.enqueue_trial({"x": 1}, user_attrs={attributes.RETRY_OF: 0})
    study.enqueue_trial({"x": 2})
    return study


@pytest.fixture(autouse=True)
def leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ask(study: optuna.Study, alone: bool, only_suspects: bool, may_create: bool) -> optuna.Trial | None:
    """As a worker asks; the test's process has the leases until its end."""
    found = asking.ask(
        study, alone, only_suspects, may_create, lambda trial: Lease(Path("leases"), trial, 60), Job(pid=1)
    )
    return None if found is None else found.trial


def taken(study: optuna.Study, alone: bool, only_suspects: bool, may_create: bool) -> int | None:
    trial = ask(study, alone, only_suspects, may_create)
    return None if trial is None else trial.number


def test_a_worker_without_company_takes_them_in_order() -> None:
    study = study_with_suspect()
    assert suspects(Account(study.trials)) == {1}
    assert [taken(study, True, False, True) for _ in range(3)] == [1, 2, 3]


def test_a_worker_with_company_leaves_suspects_and_makes_no_trial_of_a_grid() -> None:
    study = study_with_suspect()
    assert [taken(study, False, False, False) for _ in range(2)] == [2, None]
    assert len(study.trials) == 3
    assert taken(study, False, False, True) == 3
    assert study.trials[1].state == TrialState.WAITING


def test_the_worker_for_suspects_takes_nothing_else() -> None:
    study = study_with_suspect()
    assert [taken(study, True, True, True) for _ in range(2)] == [1, None]
    assert study.trials[2].state == TrialState.WAITING


def test_enqueued_values_are_drawn() -> None:
    study = study_with_suspect()
    trial = ask(study, True, False, True)
    assert trial is not None
    assert trial.suggest_int("x", 0, 9) == 1


def study_with_stopped(combination: str | None = None) -> optuna.Study:
    """Trials 0 and 1 were stopped; trial 2 waits."""
    study = optuna.create_study()
    for _ in range(2):
        trial = study.ask()
        trial.report(1.0, 1)
        if combination is not None and trial.number == 1:
            trial.set_user_attr(attributes.COMBINATION, combination)
        study.tell(trial, state=TrialState.PRUNED)
    study.enqueue_trial({"x": 1})
    return study


def budget_of(n_trials: int | None, grid: bool = False) -> Budget:
    return Budget(n_trials, None, None, MINIMIZED, 5, grid)


def test_who_goes_on_comes_first() -> None:
    study = study_with_stopped()
    enqueue_resumption(study, study.trials[1])
    assert [taken(study, True, False, True) for _ in range(3)] == [3, 2, 4]


def test_who_goes_on_is_no_further_trial() -> None:
    study = study_with_stopped()
    budget = budget_of(2)
    assert not budget.may_start(tally(study.trials, MINIMIZED))
    assert budget.verdict(tally(study.trials, MINIMIZED)) == "met"
    assert budget.may_promote(tally(study.trials, MINIMIZED))
    enqueue_resumption(study, study.trials[1])
    now = tally(study.trials, MINIMIZED)
    assert (now.pruned, now.promoted, now.finished, now.waiting) == (1, 1, 1, 2)
    assert budget.may_start(now)
    trial = ask(study, True, False, True)
    assert trial is not None
    assert not is_too_many(Account(study.trials), trial.number, budget)
    assert not budget.may_start(tally(study.trials, MINIMIZED))
    study.tell(trial, 1.0)
    now = tally(study.trials, MINIMIZED)
    assert (now.complete, now.pruned, now.promoted, now.finished) == (1, 1, 1, 2)


def test_a_budget_that_is_spent_promotes_none() -> None:
    study = study_with_stopped()
    study.tell(study.ask(), 0.5)
    now = tally(study.trials, MINIMIZED)
    assert not Budget(None, None, 1.0, MINIMIZED, 5, False).may_promote(now)  # the target is reached
    assert not Budget(None, 1e-9, None, MINIMIZED, 5, False).may_promote(now)
    assert Budget(1, None, None, MINIMIZED, 5, False).may_promote(now)


def test_of_two_that_go_on_with_the_same_trial_the_first_counts() -> None:
    study = study_with_stopped("key")
    for _ in range(2):
        enqueue_resumption(study, study.trials[1])
    assert is_too_many(Account(study.trials), 4, budget_of(None))
    assert not is_too_many(Account(study.trials), 3, budget_of(None))
    # One that another process had given up in its favour does not count.
    first = ask(study, True, False, True)
    assert first is not None
    first.set_user_attr(attributes.CAUSE, Cause.SURPLUS)
    # Not before it has ended: its worker may die before that.
    assert is_too_many(Account(study.trials), 4, budget_of(None))
    study.tell(first, state=TrialState.FAIL)
    assert not is_too_many(Account(study.trials), 4, budget_of(None))


def test_a_combination_that_goes_on_is_not_taken_for_itself() -> None:
    study = optuna.create_study()
    study.enqueue_trial({"x": 1}, user_attrs={attributes.COMBINATION: "key"})
    trial = study.ask()
    trial.report(1.0, 1)
    study.tell(trial, state=TrialState.PRUNED)
    enqueue_resumption(study, study.trials[0])
    assert study.trials[1].user_attrs[attributes.COMBINATION] == "key"
    assert not is_too_many(Account(study.trials), 1, budget_of(None, grid=True))
    study.enqueue_trial({"x": 1}, user_attrs={attributes.COMBINATION: "key"})
    study.ask()
    assert is_too_many(Account(study.trials), 2, budget_of(None, grid=True))


def test_a_trial_that_waited_says_at_once_who_runs_it() -> None:
    """Else one that kills its worker while it is drawn would be nobody's, and tried again for ever."""
    study = study_with_suspect()
    trial = ask(study, True, False, True)
    assert trial is not None
    assert study.trials[trial.number].user_attrs[attributes.JOB] == {"pid": 1}


def test_one_that_waited_gives_way_to_a_later_one_that_was_taken_before() -> None:
    """Of two processes without a common lock one looks, sees that it waits, and makes a new one."""
    study = optuna.create_study()
    study.enqueue_trial({"x": 1})
    study.add_trial(optuna.trial.create_trial(state=TrialState.RUNNING))
    assert not is_too_many(Account(study.trials), 1, budget_of(1))
    assert taken(study, True, False, False) == 0
    assert is_too_many(Account(study.trials), 0, budget_of(1))
    assert not is_too_many(Account(study.trials), 0, budget_of(2))


def test_a_combination_gives_way_to_a_later_trial_of_it() -> None:
    """Two processes have enqueued it at once; one of the trials failed, and its repeat was taken first."""
    study = optuna.create_study()
    for attrs in ({}, {}, {attributes.RETRY_OF: 0}):
        study.enqueue_trial({"x": 1}, user_attrs={attributes.COMBINATION: "key", **attrs})
    study.tell(study.ask(), state=TrialState.FAIL)
    storage, second, repeat = study._storage, *study.trials[1:]
    assert storage.set_trial_state_values(repeat._trial_id, TrialState.RUNNING)
    assert not is_too_many(Account(study.trials), 2, budget_of(None, grid=True))
    assert storage.set_trial_state_values(second._trial_id, TrialState.RUNNING)
    assert is_too_many(Account(study.trials), 1, budget_of(None, grid=True))


def test_who_may_take_only_those_that_go_on_takes_no_other() -> None:
    study = study_with_stopped()

    def take() -> int | None:
        found = asking.ask(
            study,
            True,
            False,
            True,
            lambda trial: Lease(Path("leases"), trial, 60),
            Job(pid=1),
            only_ahead=True,
        )
        return None if found is None else found.trial.number

    assert take() is None
    enqueue_resumption(study, study.trials[1])
    assert take() == 3
    assert len(study.trials) == 4


def test_what_was_cut_off_counts_as_going_on() -> None:
    study = optuna.create_study()
    cut, raised = study.ask(), study.ask()
    cut.set_user_attr(attributes.CAUSE, Cause.INTERRUPTED)
    raised.set_user_attr(attributes.CAUSE, Cause.RAISED)
    for trial in (raised, cut):
        study.tell(trial, state=TrialState.FAIL)
        study.enqueue_trial({}, user_attrs={attributes.RETRY_OF: trial.number})
    lease_of = partial(Lease, Path("leases"), interval=60)
    found = [asking.ask(study, True, False, True, lease_of, Job(pid=1), only_ahead=True) for _ in range(2)]
    assert found[0] is not None
    assert study.trials[found[0].trial.number].user_attrs[attributes.RETRY_OF] == cut.number
    assert found[1] is None
