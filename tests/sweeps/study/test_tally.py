"""Counting trials, by rule and against brute force."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import TrialState

from sweeps.study import attributes
from sweeps.study.objective import MAXIMIZED, MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import Cause


def failed(study: optuna.Study, cause: str, retry_of: int | None = None) -> None:
    trial = study.ask()
    trial.set_user_attr(attributes.CAUSE, cause)
    if retry_of is not None:
        trial.set_user_attr(attributes.RETRY_OF, retry_of)
    study.tell(trial, state=TrialState.FAIL)


@pytest.mark.parametrize(("minimize", "best"), [(True, 1), (False, 0)])
def test_every_trial_is_counted_once(minimize: bool, best: int) -> None:
    study = optuna.create_study(direction="minimize" if minimize else "maximize")
    for value in (5.0, 3.0, 3.0, 5.0):
        study.tell(study.ask(), value)
    failed(study, Cause.RAISED)  # 4
    failed(study, Cause.RAISED, retry_of=4)
    failed(study, Cause.SURPLUS)
    pruned = study.ask()
    pruned.report(-9.0, 1)
    study.tell(pruned, state=TrialState.PRUNED)
    study.ask()
    study.enqueue_trial({"x": 1})
    study.enqueue_trial({"x": 2})
    now = tally(study.get_trials(), MINIMIZED if minimize else MAXIMIZED)
    counts = (now.complete, now.pruned, now.failed, now.retried, now.running, now.waiting, now.finished)
    assert counts == (4, 1, 1, 1, 1, 2, 5)
    assert now.best is not None
    assert now.best.number == study.best_trial.number == best  # of equals the first


def test_nothing_has_no_best() -> None:
    now = tally([], MINIMIZED)
    assert (now.finished, now.seconds, now.best) == (0, 0.0, None)


def test_several_objectives_have_no_best() -> None:
    study = optuna.create_study(directions=["minimize", "minimize"])
    study.tell(study.ask(), (1.0, 2.0))
    assert tally(study.get_trials(), MINIMIZED).best is None


@pytest.mark.parametrize(("cause", "ahead"), [(Cause.INTERRUPTED, 1), (Cause.RAISED, 0), (Cause.LOST, 0)])
def test_what_was_cut_off_is_ahead_when_it_waits_to_go_on(cause: str, ahead: int) -> None:
    study = optuna.create_study()
    failed(study, cause)
    study.enqueue_trial({}, user_attrs={attributes.RETRY_OF: 0})
    study.enqueue_trial({})
    now = tally(study.get_trials(), MINIMIZED)
    assert (now.ahead, now.waiting) == (ahead, 2)
