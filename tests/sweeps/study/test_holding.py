"""Which combination a trial keeps from being drawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from sweeps.study import attributes
from sweeps.study.holding import combination_key, held_key
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
        (trial_of(TrialState.COMPLETE), '{"x": 1}'),
        (trial_of(TrialState.PRUNED), '{"x": 1}'),
        (trial_of(TrialState.RUNNING), None),  # its parameters are being drawn
        (trial_of(TrialState.RUNNING, **PLACED), '{"x": 1}'),
        (trial_of(TrialState.RUNNING, **DRAWN), '{"x": 9}'),
        (trial_of(TrialState.FAIL), None),
        (trial_of(TrialState.FAIL, **PLACED), '{"x": 1}'),
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


@pytest.mark.parametrize("state", [TrialState.COMPLETE, TrialState.PRUNED])
def test_of_earlier_versions_the_last_digits_of_a_fraction_tell_nothing(state: TrialState) -> None:
    def holding(x: float, kind: BaseDistribution) -> str | None:
        value = 1.0 if state == TrialState.COMPLETE else None
        return held_key(create_trial(state=state, value=value, params={"x": x}, distributions={"x": kind}))

    steps = FloatDistribution(0.0, 0.9, step=0.1)
    assert holding(0.1 + 0.2, steps) == holding(0.3, steps) == combination_key({"x": 0.3})
    late = 1764177600.123, 1764177600.124
    assert len({holding(x, FloatDistribution(*late)) for x in late}) == 2
    choices = CategoricalDistribution((0.3, 0.1 + 0.2))
    assert holding(0.1 + 0.2, choices) == combination_key({"x": 0.1 + 0.2}) != holding(0.3, choices)
