"""What is enqueued follows from the trials that a study holds."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState

from sweeps.search.queue import enqueue_missing, enqueue_retries
from sweeps.search.samplers import PerTrialSampler
from sweeps.space.parameter import Value
from sweeps.study import attributes
from sweeps.study.holding import combination_key
from sweeps.study.lineage import enqueue_resumption
from sweeps.study.trial import Cause
from tests.sweeps.parts import end, journal_study, started

COMBINATIONS: list[dict[str, Value]] = [{"x": 1, "y": "a"}, {"x": 2, "y": "a"}, {"x": 1}]


def test_enqueueing_twice_changes_nothing(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    assert enqueue_missing(study, [*COMBINATIONS, COMBINATIONS[0]]) == 3
    before = (tmp_path / "study.journal").read_bytes()
    assert enqueue_missing(study, COMBINATIONS) == 0
    assert enqueue_missing(journal_study(tmp_path), reversed(COMBINATIONS)) == 0
    assert (tmp_path / "study.journal").read_bytes().startswith(before)
    fixed = [trial.system_attrs["fixed_params"] for trial in study.get_trials()]
    assert fixed == COMBINATIONS
    assert enqueue_missing(study, [{"x": 3}]) == 1


def test_a_combination_that_ran_is_not_enqueued_again(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    enqueue_missing(study, COMBINATIONS)
    study.tell(study.ask(), 1.0)
    end(study, study.ask(), Cause.RAISED)
    study.ask()
    assert enqueue_missing(study, COMBINATIONS) == 0


def test_combinations_share_a_key_only_if_they_are_the_same() -> None:
    assert combination_key({"x": 1, "y": 2}) == combination_key({"y": 2, "x": 1})
    different: list[dict[str, Value]] = [
        {},
        {"x": 1},
        {"x": "1"},
        {"x": True},
        {"x": None},
        {"x": "null"},
        {"y": 1},
        {"x": 1, "y": 1},
    ]
    assert len({combination_key(values) for values in different}) == len(different)


@pytest.mark.parametrize(
    ("cause", "retries", "repeats"),
    [
        (Cause.RAISED, 0, 0),
        (Cause.RAISED, 1, 1),
        (Cause.RAISED, 3, 3),
        (Cause.LOST, 0, 1),
        (Cause.LOST, 3, 1),
        (Cause.INTERRUPTED, 0, 5),
        (Cause.SURPLUS, 3, 0),
    ],
)
def test_a_trial_is_tried_again_as_its_cause_allows(
    tmp_path: Path, cause: str, retries: int, repeats: int
) -> None:
    study = journal_study(tmp_path)
    enqueue_missing(study, [{"x": 3}])
    for _ in range(6):
        if not study.get_trials(states=(TrialState.WAITING,)):
            break
        end(study, started(study), cause)
        enqueue_retries(study, retries)
        assert enqueue_retries(study, retries) == 0
    trials = study.get_trials(states=(TrialState.FAIL,))
    assert len(trials) == min(repeats + 1, 6)
    assert {trial.params["x"] for trial in trials} == {3}
    assert [trial.user_attrs.get(attributes.RETRY_OF) for trial in trials] == [None, *range(len(trials) - 1)]
    assert len({trial.user_attrs[attributes.COMBINATION] for trial in trials}) == 1


@settings(max_examples=40, deadline=None)
@given(
    causes=st.lists(st.sampled_from(["raised", "lost", "interrupted", "complete"]), min_size=1, max_size=12),
    retries=st.integers(0, 2),
)
def test_retries_follow_from_the_trials_alone(causes: list[str], retries: int) -> None:
    study = optuna.create_study()
    enqueue_missing(study, [{"x": 3}])
    for cause in causes:
        waiting = study.get_trials(states=(TrialState.WAITING,))
        if not waiting:
            break
        study.tell(started(study), 0.0) if cause == "complete" else end(study, started(study), cause)
        enqueued = enqueue_retries(study, retries)
        past = [trial.user_attrs.get(attributes.CAUSE) for trial in study.get_trials()][
            : len(study.trials) - enqueued
        ]
        allowed = {"raised": retries, "lost": 1, "interrupted": len(causes), "complete": -1}[cause]
        assert enqueued == (past.count(cause) <= allowed and cause != "complete")
        assert enqueue_retries(study, retries) == 0


def test_what_waits_again_has_the_parameters_that_were_drawn(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    trial = study.ask()
    drawn = trial.suggest_float("x", 0, 1)
    end(study, trial, Cause.INTERRUPTED)
    assert enqueue_retries(study, 0) == 1
    assert study.ask().suggest_float("x", 0, 1) == drawn


def test_a_trial_that_died_while_it_was_drawn_is_drawn_as_it_would_have_been() -> None:
    config = {"_target_": "optuna.samplers.RandomSampler", "seed": 0}

    def drawn(study: optuna.Study) -> dict[str, float]:
        trial = study.ask()
        return {name: trial.suggest_float(name, 0, 1) for name in "xy"}

    whole = optuna.create_study(sampler=PerTrialSampler(config))
    expected = [drawn(whole) for _ in range(3)]
    study = optuna.create_study(sampler=PerTrialSampler(config))
    assert drawn(study) == expected[0]
    trial = study.ask()
    trial.set_user_attr(attributes.JOB, {"pid": 1, "beat": 0.0})
    assert trial.suggest_float("x", 0, 1) == expected[1]["x"]
    end(study, trial, Cause.LOST)
    assert enqueue_retries(study, 0) == 1
    assert [drawn(study) for _ in range(2)] == expected[1:]


def surplus(study: optuna.Study) -> None:
    """The next trial is taken, and gives way to another."""
    end(study, study.ask(), Cause.SURPLUS)


def test_a_repeat_that_gave_way_is_enqueued_again() -> None:
    study = optuna.create_study()
    end(study, started(study), Cause.INTERRUPTED)
    for number in (1, 2):
        assert enqueue_retries(study, 0) == 1
        assert enqueue_retries(study, 0) == 0
        assert study.trials[number].user_attrs[attributes.RETRY_OF] == 0
        surplus(study)
    assert enqueue_retries(study, 0) == 1
    study.tell(study.ask(), 1.0)
    assert enqueue_retries(study, 0) == 0


def test_a_repeat_that_gave_way_to_the_same_combination_is_not() -> None:
    study = optuna.create_study()
    for _ in range(2):
        study.enqueue_trial({"x": 1}, user_attrs={attributes.COMBINATION: "key"})
    end(study, study.ask(), Cause.INTERRUPTED)
    study.tell(study.ask(), 1.0)
    assert enqueue_retries(study, 0) == 1
    surplus(study)
    assert enqueue_retries(study, 0) == 0


def test_whoever_may_not_be_repeated_keeps_nobody_from_it() -> None:
    study = optuna.create_study()
    stopped = started(study)
    stopped.report(1.0, 1)
    study.tell(stopped, state=TrialState.PRUNED)
    enqueue_resumption(study, study.trials[0])
    end(study, study.ask(), Cause.INTERRUPTED)
    end(study, started(study), Cause.RAISED)
    end(study, started(study), Cause.INTERRUPTED)
    unnamed = started(study)
    study.tell(unnamed, state=TrialState.FAIL)  # without a cause: Optuna's own heartbeat, or a person
    assert enqueue_retries(study, 0) == 2
    assert [trial.user_attrs.get(attributes.RETRY_OF) for trial in study.trials[5:]] == [1, 3]
    assert attributes.CONTINUES in study.trials[5].user_attrs


def test_fewer_retries_than_there_were_allow_no_more() -> None:
    study = optuna.create_study()
    for _ in range(3):
        end(study, started(study), Cause.RAISED)
        enqueue_retries(study, 2)
    study.tell(study.ask(), 0.0)
    for _ in range(2):
        end(study, started(study), Cause.RAISED)
        enqueue_retries(study, 1)
    assert study.trials[-1].state == TrialState.FAIL
    assert enqueue_retries(study, 0) == 0


def test_a_combination_of_which_all_gave_way_or_failed_is_tried_again() -> None:
    study = optuna.create_study()
    study.enqueue_trial({"x": 1}, user_attrs={attributes.COMBINATION: "key"})
    end(study, study.ask(), Cause.INTERRUPTED)
    for _ in range(2):
        assert enqueue_retries(study, 0) == 1
        surplus(study)
    assert enqueue_retries(study, 0) == 1


@pytest.mark.parametrize(
    ("job", "cause", "kept"),
    [
        (None, Cause.INTERRUPTED, True),
        ({"folder": "0"}, Cause.INTERRUPTED, True),
        ({}, Cause.RAISED, True),
        ({}, Cause.LOST, False),
        ({}, Cause.INTERRUPTED, False),
    ],
)
def test_one_that_never_ran_is_drawn_anew(job: dict[str, str] | None, cause: str, kept: bool) -> None:
    study = optuna.create_study()
    study.enqueue_trial({"y": 3})
    trial = started(study)
    trial.suggest_int("y", 0, 9)
    if job is not None:
        trial.set_user_attr(attributes.JOB, job | {"beat": 0.0})
    end(study, trial, cause)
    assert enqueue_retries(study, 1) == 1
    fixed = study.trials[-1].system_attrs["fixed_params"]
    assert fixed == ({"x": trial.params["x"], "y": 3} if kept else {"y": 3})
