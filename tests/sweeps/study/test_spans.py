"""The time during which trials ran, against brute force."""

from __future__ import annotations

from datetime import datetime, timedelta

import optuna
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState

from sweeps.study import attributes
from sweeps.study.spans import running_seconds, seconds_of
from sweeps.study.trial import Cause

START = datetime(2026, 1, 1)
SPANS = st.tuples(st.integers(0, 60), st.none() | st.integers(0, 30))
STATES = st.sampled_from([TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL])


def spent(start: int, length: int | None, state: TrialState) -> FrozenTrial:
    trial = optuna.trial.create_trial(state=TrialState.RUNNING)
    trial.state = TrialState.RUNNING if length is None else state
    trial.datetime_start = START + timedelta(seconds=start)
    trial.datetime_complete = None if length is None else trial.datetime_start + timedelta(seconds=length)
    return trial


@settings(deadline=None)
@given(st.lists(st.tuples(SPANS, STATES), max_size=8))
def test_the_running_time_is_that_of_the_seconds_in_which_any_trial_ran(
    spans: list[tuple[tuple[int, int | None], TrialState]],
) -> None:
    now = 100
    seconds = {
        second
        for (start, length), _ in spans
        for second in range(start, now if length is None else start + length)
    }
    waiting = optuna.trial.create_trial(state=TrialState.WAITING)
    trials = [spent(start, length, state) for (start, length), state in spans]
    assert running_seconds([waiting, *trials], START + timedelta(seconds=now)) == len(seconds)


def test_a_trial_whose_worker_died_ran_until_its_last_sign_of_life() -> None:
    trial = spent(0, 500, TrialState.FAIL)
    beat = (START + timedelta(seconds=40)).timestamp()
    trial.user_attrs = {attributes.CAUSE: Cause.LOST, attributes.JOB: {"beat": beat}}
    assert running_seconds([trial], START + timedelta(seconds=900)) == 40
    assert seconds_of(trial) == 40
    trial.user_attrs[attributes.BEAT] = beat + 15
    assert running_seconds([trial], START + timedelta(seconds=900)) == 55
