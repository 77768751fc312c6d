"""Which combination a trial keeps from being drawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from sweeps.study import attributes
from sweeps.study.holding import combination_key, held_key, rough_key, roughly
from sweeps.study.trial import Cause

PLACED: dict[str, Any] = {attributes.JOB: {"folder": "0"}}
DRAWN: dict[str, Any] = {attributes.DRAWN: '{"x": 9}'}
SURPLUS: dict[str, Any] = {attributes.CAUSE: Cause.SURPLUS}
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from([0.0, 0.1, 0.30000000000000004, "a", "1"])
)


def trial_of(state: TrialState, fixed: dict[str, Any] | None = None, **attrs: Any) -> FrozenTrial:
    return create_trial(
        state=state,
        value=1.0 if state == TrialState.COMPLETE else None,
        params={"x": 1},
        distributions={"x": CategoricalDistribution((1, 2))},
        user_attrs=attrs,
        system_attrs={attributes.FIXED: fixed} if fixed is not None else {},
    )


@pytest.mark.parametrize(
    ("trial", "key"),
    [
        (trial_of(TrialState.COMPLETE), 'about {"x": 1}'),
        (trial_of(TrialState.PRUNED), 'about {"x": 1}'),
        (trial_of(TrialState.RUNNING), None),  # its parameters are being drawn
        (trial_of(TrialState.RUNNING, **PLACED), 'about {"x": 1}'),
        (trial_of(TrialState.RUNNING, **DRAWN), '{"x": 9}'),
        (trial_of(TrialState.FAIL), None),
        (trial_of(TrialState.FAIL, **PLACED), 'about {"x": 1}'),
        (trial_of(TrialState.FAIL, **DRAWN), '{"x": 9}'),
        (trial_of(TrialState.FAIL, **DRAWN, **SURPLUS), None),
        (trial_of(TrialState.WAITING, {"x": 2, "y": 3}), '{"x": 2, "y": 3}'),
        (trial_of(TrialState.RUNNING, {"x": 2}), '{"x": 2}'),
        (trial_of(TrialState.WAITING, {}), None),
        (trial_of(TrialState.FAIL, {"x": 2}), None),  # what repeats it holds that
    ],
)
def test_what_a_trial_holds(trial: FrozenTrial, key: str | None) -> None:
    assert held_key(trial) == key


@given(VALUES, VALUES)
def test_keys_are_the_same_for_the_same_values_only(one: object, other: object) -> None:
    same = type(one) is type(other) and one == other
    assert (combination_key({"x": one, "y": 1}) == combination_key({"y": 1, "x": other})) == same


def test_of_earlier_versions_the_last_digits_of_a_fraction_tell_nothing() -> None:
    assert rough_key({"x": 0.1 + 0.2}) == rough_key({"x": 0.3}) != combination_key({"x": 0.3})
    assert rough_key({"x": 1764177600.123}) != rough_key({"x": 1764177600.124})


@given(VALUES, VALUES)
def test_trials_of_all_versions_are_counted_alike(one: object, other: object) -> None:
    values = {"x": one, "y": other}
    assert roughly(combination_key(values)) == rough_key(values) == roughly(rough_key(values))
