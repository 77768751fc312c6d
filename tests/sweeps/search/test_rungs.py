"""Rungs that are kept say the same as the definition, which goes through all trials."""

from __future__ import annotations

import random
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.halving import HyperbandPruner, SuccessiveHalvingPruner, _brackets
from sweeps.search.promotion import promotable
from sweeps.search.rungs import stopped_at
from sweeps.study import attributes
from sweeps.study.attributes import RUNG
from sweeps.study.lineage import enqueue_resumption, latest
from sweeps.study.trial import Cause, TrialView

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
Pruner = SuccessiveHalvingPruner | HyperbandPruner


def to_be_promoted(study: optuna.Study, pruner: Pruner) -> FrozenTrial | None:
    trials = study.get_trials(deepcopy=False)
    tried = {
        held.trial
        for trial in trials
        if (held := TrialView(trial).resumes) is not None
        and trial.user_attrs.get(attributes.CAUSE) != Cause.SURPLUS
    }
    bracket = _brackets(study, pruner)
    sign = 1.0 if study.direction == StudyDirection.MINIMIZE else -1.0
    values: dict[tuple[int, int], list[float]] = {}
    stopped: list[tuple[FrozenTrial, tuple[int, int]]] = []
    for trial in latest(trials):
        place = bracket(trial)
        rung = 0
        while (value := trial.system_attrs.get(f"{RUNG}{rung}")) is not None:
            values.setdefault((place, rung), []).append(sign * value)
            rung += 1
        at = stopped_at(trial)
        if at is not None and trial.number not in tried:
            stopped.append((trial, (place, at)))
    candidates = []
    for trial, key in stopped:
        rivals = values[key]
        good = len(rivals) // pruner._reduction_factor
        own = sign * trial.intermediate_values[trial.last_step or 0]
        if len(rivals) > pruner._bootstrap_count and sum(value < own for value in rivals) < good:
            candidates.append((-(trial.last_step or 0), own, trial.number, trial))
    return min(candidates)[-1] if candidates else None


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.booleans(),
    st.sampled_from(["minimize", "maximize"]),
    st.integers(2, 3),
    st.sampled_from([0, 0, 2]),
)
def test_who_is_promoted_is_whom_the_definition_names(
    seed: int, hyperband: bool, direction: Any, eta: int, least: int
) -> None:
    drawn = random.Random(seed)
    pruner: Pruner
    if hyperband:
        pruner = HyperbandPruner(min_resource=1, max_resource=8, reduction_factor=eta)
    else:
        pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=eta, bootstrap_count=least)
    study = optuna.create_study(pruner=pruner, direction=direction)
    promoted = 0
    for _ in range(40):
        trials = study.get_trials(deepcopy=False)
        running = [trial for trial in trials if trial.state == TrialState.RUNNING]
        if len(running) < 3 and drawn.random() < 0.6:
            study.ask()
        elif running:
            trial = optuna.Trial(study, drawn.choice(running)._trial_id)
            step = (trial._cached_frozen_trial.last_step or 0) + 1
            trial.report(drawn.choice([drawn.random(), 0.5]), step)
            if trial.should_prune():
                study.tell(trial, state=TrialState.PRUNED)
            elif step == 8:
                study.tell(trial, 1.0)
            elif drawn.random() < 0.15:
                cause = drawn.choice([Cause.RAISED, Cause.SURPLUS])
                trial.set_user_attr(attributes.CAUSE, cause)
                study.tell(trial, state=TrialState.FAIL)
                if cause == Cause.RAISED and drawn.random() < 0.5:
                    study.enqueue_trial({}, user_attrs={attributes.RETRY_OF: trial.number})
        if drawn.random() < 0.7:  # it need not look every time
            found = promotable(study)
            assert found == to_be_promoted(study, pruner)
            if found is not None and drawn.random() < 0.6:
                enqueue_resumption(study, found)
                promoted += 1
                assert promotable(study) == to_be_promoted(study, pruner)


def test_a_pruner_that_comes_to_know_its_brackets_begins_anew() -> None:
    study = optuna.create_study(pruner=HyperbandPruner(min_resource=1, reduction_factor=2))
    for number in range(12):
        trial = study.ask()
        for step in range(1, 9):
            trial.report(float(12 - number), step)
            if trial.should_prune():
                study.tell(trial, state=TrialState.PRUNED)
                break
        else:
            study.tell(trial, 0.0)
        assert isinstance(study.pruner, HyperbandPruner)
        assert promotable(study) == to_be_promoted(study, study.pruner)
    assert isinstance(study.pruner, HyperbandPruner)
    assert study.pruner._pruners
