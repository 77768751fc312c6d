"""What further trials can be expected to gain: by hand, by simulation, of stopped trials, of seeds."""

from __future__ import annotations

import math

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState, create_trial
from scipy import integrate
from scipy.stats import t as student

from sweeps.search.prospect import FEWEST, costs_of_trials, expected_gain, seed_noise
from sweeps.study.lineage import enqueue_resumption
from sweeps.study.objective import MAXIMIZED, MINIMIZED
from sweeps.study.trial import with_replicates

VALUES = [5.0, 1.0, 2.5, 9.0, 4.0, 3.0, 8.0, 1.5, 7.0, 2.0, 6.0]  # 1 to 4 is the better half


def test_the_gain_is_the_integral_that_is_said() -> None:
    low = np.array([1.0, 1.5, 2.0, 2.5, 3.0, 4.0])
    scale = math.sqrt(np.mean((low - 4.0) ** 2) * (1 + 1 / 11))

    def improves(x: float) -> float:
        return float(1 - (1 - student.cdf((x - 4.0) / scale, 5)) ** 7)

    exact, _ = integrate.quad(improves, 1.0 - 12 * scale, 1.0)
    assert expected_gain(VALUES, 7) == pytest.approx(exact, rel=1e-3)


def test_too_few_values_say_nothing() -> None:
    assert expected_gain(VALUES[: FEWEST - 1], 7) == math.inf
    assert expected_gain(VALUES[:FEWEST], 7) < math.inf


def test_values_all_alike_promise_nothing_and_no_trials_gain_nothing() -> None:
    assert expected_gain([1.0] * 20, 100) == 0
    assert expected_gain(VALUES, 0) == 0


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=FEWEST, max_size=30),
    st.integers(1, 50),
    st.floats(-1e3, 1e3),
)
def test_it_grows_with_trials_and_does_not_hang_on_where_zero_is(
    values: list[float], further: int, shift: float
) -> None:
    gain = expected_gain(values, further)
    assert gain >= 0
    assert expected_gain(values, further + 5) >= gain
    assert expected_gain([value + shift for value in values], further) == pytest.approx(
        gain, rel=1e-3, abs=1e-6 * (1 + max(map(abs, values)))
    )


@pytest.mark.parametrize("kind", ["normal", "lognormal", "uniform"])
def test_who_stops_by_it_loses_no_more_than_was_expected(kind: str) -> None:
    """A thousand searches of 30 trials, each stopped as soon as the gain is expected to be less than 0.25."""
    rng = np.random.default_rng(0)
    losses = []
    for _ in range(1000):
        values = {
            "normal": rng.normal(0, 1.5, 30),
            "lognormal": np.exp(rng.normal(0, 1, 30)),
            "uniform": rng.uniform(0, 5, 30),
        }[kind]
        n = next((n for n in range(FEWEST, 30) if expected_gain(values[:n].tolist(), 30 - n) < 0.25), 30)
        losses.append(float(values[:n].min() - values.min()))
    assert np.mean(losses) < 0.25


def trial(state: TrialState, curve: list[float], value: float | None = None) -> FrozenTrial:
    return create_trial(state=state, value=value, intermediate_values=dict(enumerate(curve, 1)))


def test_a_stopped_trial_costs_what_it_would_have_come_to() -> None:
    trials = [
        trial(TrialState.COMPLETE, [10, 6, 4], 4.0),
        trial(TrialState.COMPLETE, [12, 9, 6], 6.0),
        trial(TrialState.PRUNED, [14]),  # of which complete ones have lost 6 on average
        trial(TrialState.PRUNED, [15, 10]),  # 2.5
        trial(TrialState.PRUNED, [math.nan]),
        trial(TrialState.FAIL, [1]),
        trial(TrialState.RUNNING, [1]),
    ]
    for number, own in enumerate(trials):
        own.number = number
    assert costs_of_trials(trials, MINIMIZED) == [4, 6, 8, 7.5]
    assert costs_of_trials(trials[:2], MAXIMIZED) == [-4, -6]
    assert costs_of_trials(trials[2:4], MINIMIZED) == []  # from where nothing has come to its end


def test_a_promoted_trial_counts_once() -> None:
    study = optuna.create_study()
    study.add_trial(trial(TrialState.COMPLETE, [10, 6], 6.0))
    study.add_trial(trial(TrialState.PRUNED, [12]))
    assert costs_of_trials(study.trials, MINIMIZED) == [6, 8]
    enqueue_resumption(study, study.trials[1])
    study.tell(study.ask(), 7.0)
    assert costs_of_trials(study.trials, MINIMIZED) == [6, 7]


def test_noise_is_of_the_mean_of_replicates() -> None:
    def with_values(*values: float) -> FrozenTrial:
        return create_trial(value=float(np.mean(values)), user_attrs=with_replicates({}, values))

    rng = np.random.default_rng(0)
    trials = [with_values(*rng.normal(size=3)) for _ in range(2000)] + [create_trial(value=1.0)]
    assert seed_noise(trials) == pytest.approx(math.sqrt(1 / 3), rel=0.05)
    collapsed = with_values(136.0, 205.6, 137.0)
    assert seed_noise([*trials[:10], collapsed]) == pytest.approx(seed_noise(trials[:10]), rel=0.5)
    assert seed_noise([create_trial(value=1.0)]) is None
