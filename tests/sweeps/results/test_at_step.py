"""Boards of what trials had reported at a step."""

from __future__ import annotations

import pandas as pd
import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from sweeps.errors import SweepError
from sweeps.results.at_step import at_step


def reported(number: int, state: TrialState, values: dict[int, float]) -> FrozenTrial:
    value = max(values.items())[1] if state == TrialState.COMPLETE else None
    trial = create_trial(state=state, value=value, intermediate_values=values)
    trial.number = number
    return trial


TRIALS = [
    reported(0, TrialState.COMPLETE, {1: 9.0, 2: 8.0, 3: 7.0}),
    reported(1, TrialState.PRUNED, {1: 9.5}),
    reported(2, TrialState.PRUNED, {1: 9.2, 2: 8.8}),
    reported(3, TrialState.FAIL, {1: 1.0, 2: 1.0}),
    reported(4, TrialState.COMPLETE, {1: 9.2, 2: 8.8, 3: 7.5}),  # went on with 2, whose reports it has
]
BOARD = pd.DataFrame(
    {
        "trial": [0, 4, 1, 3],
        "state": ["COMPLETE", "COMPLETE", "PRUNED", "FAIL"],
        "value": [7.0, 7.5, 9.5, None],
        "continues": pd.array([pd.NA, 2, pd.NA, pd.NA], dtype="Int64"),
        "params_x": [1, 2, 3, 4],
    }
)


def test_all_that_reached_a_step_stand_side_by_side() -> None:
    first = at_step(BOARD, TRIALS, 1)
    assert list(first["trial"]) == [0, 4, 1]
    assert list(first["value"]) == [9.0, 9.2, 9.5]
    assert set(first["state"]) == {"COMPLETE"}
    assert list(first["params_x"]) == [1, 2, 3]
    assert list(at_step(BOARD, TRIALS, 2)["value"]) == [8.0, 8.8]
    assert list(at_step(BOARD, TRIALS, 3)["value"]) == [7.0, 7.5]


def test_a_step_that_nobody_reached_and_replicates_are_refused() -> None:
    with pytest.raises(SweepError, match="step 4: no trial that has ended reported a value there"):
        at_step(BOARD, TRIALS, 4)
    with pytest.raises(SweepError, match="step 1: of trials with replicates only the mean over seeds"):
        at_step(BOARD.assign(replicates="1 2"), TRIALS, 1)
