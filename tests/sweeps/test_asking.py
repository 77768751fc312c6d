"""Which trial a worker may take."""

from __future__ import annotations

import optuna
from optuna.trial import TrialState

from sweeps import attributes
from sweeps.asking import ask, suspects


def study_with_suspect() -> optuna.Study:
    """Trial 0 died with its worker; trial 1 repeats it; trial 2 waits too."""
    study = optuna.create_study()
    first = study.ask()
    first.set_user_attr(attributes.CAUSE, attributes.LOST)
    study.tell(first, state=TrialState.FAIL)
    study.enqueue_trial({"x": 1}, user_attrs={attributes.RETRY_OF: 0})
    study.enqueue_trial({"x": 2})
    return study


def taken(study: optuna.Study, alone: bool, only_suspects: bool, may_create: bool) -> int | None:
    trial = ask(study, alone, only_suspects, may_create)
    return None if trial is None else trial.number


def test_a_worker_without_company_takes_them_in_order() -> None:
    study = study_with_suspect()
    assert suspects(study.trials) == {1}
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
