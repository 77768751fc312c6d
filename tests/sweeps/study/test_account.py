"""An account that is kept says the same as one that goes through all trials."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import optuna
import pytest
from hypothesis import given, settings
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.asking import is_too_many, suspects
from sweeps.search.budget import Budget
from sweeps.study import attributes
from sweeps.study.account import Account, account_of
from sweeps.study.lineage import promoted
from sweeps.study.objective import MAXIMIZED, MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import Cause, TrialView
from tests.sweeps.events import EVENTS, KINDS, happen
from tests.sweeps.parts import journal_study

# What is asked of an account, by going through all trials.


def waiting_in_turn(trials: Sequence[FrozenTrial]) -> list[int]:
    waiting = [trial for trial in trials if trial.state == TrialState.WAITING]

    def turn(trial: FrozenTrial) -> int:
        repeated = trial.user_attrs.get(attributes.RETRY_OF)
        if repeated is not None and cause(trials[repeated]) == Cause.INTERRUPTED:
            return 0
        return 1 if attributes.CONTINUES in trial.user_attrs else 2

    waiting.sort(key=turn)
    return [trial.number for trial in waiting]


def under_suspicion(trials: Sequence[FrozenTrial]) -> set[int]:
    return {
        trial.number
        for trial in trials
        if trial.state == TrialState.WAITING
        and attributes.RETRY_OF in trial.user_attrs
        and trials[trial.user_attrs[attributes.RETRY_OF]].user_attrs[attributes.CAUSE] == Cause.LOST
    }


def cause(trial: FrozenTrial) -> str | None:
    return trial.user_attrs.get(attributes.CAUSE)


def not_repeated(trials: Sequence[FrozenTrial]) -> list[int]:
    repeated = {trial.user_attrs.get(attributes.RETRY_OF) for trial in trials}
    failed = [trial for trial in trials if trial.state == TrialState.FAIL]
    return [t.number for t in failed if t.number not in repeated and cause(t) != Cause.SURPLUS]


def draws(trial: FrozenTrial) -> bool:
    repeats = {attributes.RETRY_OF, attributes.CONTINUES} & trial.user_attrs.keys()
    return not repeats and cause(trial) != Cause.SURPLUS


def is_one_too_many(trials: Sequence[FrozenTrial], trial: FrozenTrial, budget: Budget) -> bool:
    key = trial.user_attrs.get(attributes.COMBINATION)
    if budget.grid and key is None:
        return True
    waited = "fixed_params" in trial.system_attrs
    gone = promoted(trials if waited else trials[: trial.number + 1], waiting=False)
    earlier = trials[: trial.number]
    others = [other for other in trials if other is not trial] if waited else earlier
    live = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    taken = [other for other in others if other.state in live and other.number not in gone]
    held = TrialView(trial).resumes
    rivals = [other for other in taken if held is None or other.number != held.trial]
    if key is not None and any(other.user_attrs.get(attributes.COMBINATION) == key for other in rivals):
        return True
    repeated = trial.user_attrs.get(attributes.RETRY_OF)
    for other in earlier:
        if cause(other) == Cause.SURPLUS:
            continue
        if repeated is not None and other.user_attrs.get(attributes.RETRY_OF) == repeated:
            return True
        if repeated is None and held is not None and TrialView(other).resumes == held:
            return True
    return budget.n_trials is not None and len(taken) >= budget.n_trials


def require_the_same(account: Account, trials: Sequence[FrozenTrial]) -> None:
    later = datetime.now() + timedelta(hours=1)
    for objective in (MINIMIZED, MAXIMIZED):
        kept, counted = account.tally(objective), tally(trials, objective)
        assert kept == counted
        assert kept.spent(later) == counted.spent(later)
    assert [trial.number for trial in account.waiting()] == waiting_in_turn(trials)
    assert suspects(account) == under_suspicion(trials)
    assert [trial.number for trial in account.failures()] == not_repeated(trials)
    for trial in trials:
        assert account.draws_before(trial.number) == sum(map(draws, trials[: trial.number]))
        for budget in (
            Budget(n, None, None, MINIMIZED, 5, grid) for n in (None, 1, 3) for grid in (True, False)
        ):
            assert is_too_many(account, trial.number, budget) == is_one_too_many(trials, trial, budget)


@settings(max_examples=150, deadline=None)
@given(EVENTS)
def test_a_kept_account_is_that_of_all_trials(events: list[tuple[str, int, int, bool]]) -> None:
    study = optuna.create_study()
    account = Account()
    for event in events:
        happen(study, *event)
        if event[-1]:  # it need not look after every one
            account.look(study.get_trials(deepcopy=False))
    trials = study.get_trials(deepcopy=False)
    account.look(trials)
    require_the_same(account, trials)
    require_the_same(Account(trials), trials)


@pytest.mark.parametrize("kind", ["journal", "sqlite"])
def test_a_study_has_one_account_which_sees_what_other_processes_do(tmp_path: Path, kind: str) -> None:
    if kind == "journal":
        study, other = journal_study(tmp_path), journal_study(tmp_path)
    else:
        url = f"sqlite:///{tmp_path}/study.db"
        study, other = (
            optuna.create_study(study_name="study", storage=url, load_if_exists=True) for _ in range(2)
        )
    account = account_of(study)
    drawn = random.Random(0)
    for _ in range(40):
        happen(other, drawn.choice(KINDS), drawn.randrange(30), drawn.randrange(4), True)
        assert account_of(study) is account
        require_the_same(account, other.get_trials(deepcopy=False))
    assert len({trial.state for trial in account.trials}) == 5
    assert account_of(other) is not account


def test_studies_of_one_storage_have_accounts_of_their_own(tmp_path: Path) -> None:
    storage = optuna.storages.JournalStorage(
        optuna.storages.journal.JournalFileBackend(str(tmp_path / "study.journal"))
    )
    one, other = (optuna.create_study(study_name=name, storage=storage) for name in ("one", "other"))
    one.enqueue_trial({"x": 1})
    assert (account_of(one).tally(MINIMIZED).waiting, account_of(other).tally(MINIMIZED).waiting) == (1, 0)
