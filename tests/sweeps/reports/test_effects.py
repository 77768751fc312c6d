"""From which trials a report tells what each choice adds."""

from __future__ import annotations

import math

import pandas as pd
from optuna.trial import FrozenTrial, TrialState, create_trial

from sweeps.reports.effects import effects_of
from sweeps.results.effects import effects
from tests.sweeps.results.boards import board_of

BOARD = board_of(*(({"x": x}, [10 * x + noise]) for x in (1, 2) for noise in (0.0, 0.3, 0.5))).assign(
    replicates=pd.array([pd.NA] * 6, dtype="string")
)


def trials(state: TrialState, steps: int) -> list[FrozenTrial]:
    """As many as the board has; the last in a state, after so many steps."""
    made = []
    for number, value in enumerate(BOARD["value"]):
        last = number == len(BOARD) - 1
        own = create_trial(
            state=state if last else TrialState.COMPLETE,
            value=None if last and state != TrialState.COMPLETE else value,
            intermediate_values={step: value + 1 / step for step in range(1, (steps if last else 5) + 1)},
        )
        own.number = number
        made.append(own)
    return made


def test_complete_trials_count_with_their_values() -> None:
    told = effects_of(BOARD, trials(TrialState.COMPLETE, 5))
    assert told is not None
    assert told.step is None
    assert told.frame.attrs["trials"] == 6


def test_where_one_was_stopped_all_count_by_the_step_that_it_reached() -> None:
    stopped = BOARD.assign(state=["COMPLETE"] * 5 + ["PRUNED"])
    told = effects_of(stopped, trials(TrialState.PRUNED, 2))
    assert told is not None
    assert told.step == 2
    assert told.frame.attrs["trials"] == 6


def test_one_that_was_stopped_for_a_nan_does_not_say_how_far_all_came() -> None:
    board = BOARD.assign(state=["COMPLETE"] * 4 + ["PRUNED"] * 2)
    own = trials(TrialState.PRUNED, 4)
    own[4] = create_trial(state=TrialState.PRUNED, intermediate_values={1: math.nan})
    own[4].number = 4
    told = effects_of(board, own)
    assert told is not None
    assert told.step == 4
    assert told.frame.attrs["trials"] == 5
    assert told.undefined == [4]


def test_a_board_that_cannot_be_taken_apart_has_none() -> None:
    assert effects_of(BOARD.head(2), trials(TrialState.COMPLETE, 5)) is None
    silent = trials(TrialState.PRUNED, 0)
    assert effects_of(BOARD.assign(state=["COMPLETE"] * 5 + ["PRUNED"]), silent) is None


def square(size: int, astray: dict[int, float]) -> pd.DataFrame:
    """A board of all combinations of two parameters, some of whose trials went astray."""
    rows = [
        ({"x": x, "y": y}, [x + 2 * y + 0.1 * ((3 * x + 5 * y) % 7)])
        for x in range(size)
        for y in range(size)
    ]
    board = board_of(*rows)
    return board.assign(
        value=[astray.get(n, value) for n, value in zip(board["trial"], board["value"], strict=True)]
    )


def test_trials_that_went_astray_are_left_out_and_named() -> None:
    whole = square(5, {})
    told = effects_of(square(5, {7: 60.0, 19: 200.0}), [])
    assert told is not None
    assert {own.trial: own.value for own in told.left_out} == {7: 60.0, 19: 200.0}
    alone = effects(whole[~whole["trial"].isin([7, 19])].reset_index(drop=True))
    pd.testing.assert_frame_equal(told.frame, alone)
    straight = effects_of(whole, [])
    assert straight is not None
    assert straight.left_out == []


def test_no_more_than_a_tenth_is_left_out() -> None:
    told = effects_of(square(4, {3: 60.0, 9: 200.0}), [])
    assert told is not None
    assert [own.trial for own in told.left_out] == [9]
