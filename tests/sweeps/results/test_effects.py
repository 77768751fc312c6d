"""Effects of a board's parameters."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from sweeps.errors import SweepError
from sweeps.results.effects import Misfit, effects
from tests.sweeps.results.boards import board_of, grid, read

NOISE = np.random.default_rng(3).normal(size=24)
SIZES = {"[64]": 3.0, "[128]": 0.0, "[256,128]": 0.2}


def board(**columns: object) -> pd.DataFrame:
    """Hidden sizes matter, fully connected layers do not."""
    cells = itertools.product(SIZES, ("[]", "[64]"), range(4))
    trials = [
        ({"encoder.hidden": hidden, "encoder.fc": fc}, [150 + SIZES[hidden] + 0.5 * NOISE[number]])
        for number, (hidden, fc, _) in enumerate(cells)
    ]
    return board_of(*trials, **columns)


def test_the_choices_stand_best_first_with_what_can_be_said_of_them() -> None:
    frame = effects(board())
    assert list(frame.columns) == ["parameter", "choice", "effect", "low", "high", "p", "trials"]
    assert list(frame["parameter"]) == ["encoder.hidden"] * 3 + ["encoder.fc"] * 2
    hidden = frame[:3].set_index("choice")
    assert list(hidden.index)[2] == "[64]"
    assert set(hidden.index) == set(SIZES)
    assert list(hidden["trials"]) == [8, 8, 8]
    assert hidden["effect"].sum() == pytest.approx(0, abs=1e-9)
    assert hidden["effect"]["[64]"] - hidden["effect"]["[128]"] == pytest.approx(3, abs=0.8)
    assert math.isnan(hidden["p"].iloc[0])
    assert hidden["p"]["[64]"] < 1e-6
    assert ((frame["low"] < frame["effect"]) & (frame["effect"] < frame["high"])).all()
    sizes, stacks = frame.attrs["verdicts"]
    assert sizes.p < 1e-6
    assert {sizes.best, *sizes.as_good} == {"[128]", "[256,128]"}
    assert sizes.degrees == (2, 20)
    assert stacks.p > 0.05
    assert len(stacks.as_good) == 1
    assert frame.attrs["spread"] == pytest.approx(0.5, rel=0.4)
    assert frame.attrs["mean"] == pytest.approx(150 + np.mean(list(SIZES.values())), abs=0.4)


def test_a_board_from_a_file_and_one_to_maximise_say_the_same() -> None:
    frame, again = effects(board()), effects(read(board()))
    pd.testing.assert_frame_equal(frame, again)
    turned = board(direction="maximize")
    turned["value"] *= -1
    other = effects(turned)
    assert list(other["choice"]) == list(frame["choice"])
    assert other["effect"].to_numpy() == pytest.approx(-frame["effect"].to_numpy())
    assert other["p"].to_numpy() == pytest.approx(frame["p"].to_numpy(), nan_ok=True)


def test_far_from_zero_no_digit_is_lost() -> None:
    far = board()
    far["value"] += 2.0**40
    assert effects(far)["effect"].to_numpy() == pytest.approx(effects(board())["effect"].to_numpy(), abs=1e-3)


def test_only_complete_trials_count_and_single_valued_parameters_do_not() -> None:
    frame = board()
    more = frame.assign(params_constant=7)
    failed = frame.assign(state="PRUNED", value=1e9, trial=frame["trial"] + 100)
    pd.testing.assert_frame_equal(
        effects(pd.concat([more, failed], ignore_index=True)), effects(frame), check_dtype=False
    )


def test_a_trial_that_does_not_fit_is_named() -> None:
    frame = board()
    assert effects(frame).attrs["misfits"] == []
    frame["value"] = [*frame["value"][:5], frame["value"][5] + 20, *frame["value"][6:]]
    (misfit,) = effects(frame).attrs["misfits"]
    assert isinstance(misfit, Misfit)
    assert misfit.trial == 5
    assert misfit.value == frame["value"][5]
    assert misfit.expected < misfit.value - 10


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (board().drop(columns="direction"), "the board lacks direction"),
        (board().assign(state="FAIL"), "has no COMPLETE trial"),
        (board(objective=[*["a"] * 23, "b"]), "several values of objective"),
        (board().assign(value=math.inf), "no finite value"),
        (board(direction="down"), "direction=down must be minimize or maximize"),
        (board().assign(trial=3), "holds trial 3 twice"),
        (grid([[1.0], [2.0], [3.0], [4.0]]), "hidden has 4 values in 4 trials; effects are of choices"),
        (board().drop(columns=["params_encoder.hidden", "params_encoder.fc"]), "no parameter of the board"),
        (board_of(({"x": 1}, [1]), ({"x": 2}, [2])), "2 are too few to tell 2 choices from noise"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(SweepError, match=message):
        effects(frame)


@pytest.mark.parametrize("confidence", [0, 1, -1, math.nan])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    with pytest.raises(SweepError, match="confidence"):
        effects(board(), confidence)
