"""Boards compared: the verdict, and how often it is wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps.results.comparison import compare, overall
from tests.sweeps.results.boards import HIGH, LOW, board_of, grid, read

# Hours of sleep gained with either of two drugs: Student (1908); R's data set `sleep`.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_two_drugs_of_student() -> None:
    found = compare([grid([FIRST]), grid([SECOND])], ["first", "second"])
    # R: t.test(extra ~ group, data = sleep): p-value = 0.07939, -3.3654832 to 0.2054832 for first - second.
    assert " ".join(found.columns) == (
        "params_hidden board reference_value value difference low high p winner n_reference n test"
    )
    row = found.iloc[0]
    assert (row["board"], row["winner"], row["n_reference"], row["n"]) == ("second", "no difference", 10, 10)
    assert (row["reference_value"], row["value"], row["difference"]) == pytest.approx((0.75, 2.33, 1.58))
    assert (row["low"], row["high"]) == pytest.approx((-0.2054832, 3.3654832), abs=1e-7)
    assert row["p"] == pytest.approx(0.07939, abs=5e-6)
    # At a confidence of 0.9 the difference is one; the smaller value wins, unless the larger is sought.
    boards = [grid([FIRST]), grid([SECOND])]
    sure = compare(boards, ["first", "second"], 0.9)
    assert sure["winner"].tolist() == ["first"]
    assert sure["low"][0] > 0
    boards = [board.assign(direction="maximize") for board in boards]
    assert compare(boards, ["first", "second"], 0.9)["winner"].tolist() == ["second"]


def test_whoever_shares_seeds_is_compared_in_pairs() -> None:
    same = [grid([FIRST], seeds="s=7"), grid([SECOND], seeds="s=7")]
    for boards in (same, list(map(read, same))):
        row = compare(boards, ["first", "second"]).iloc[0]
        # R: t.test(extra ~ group, data = sleep, paired = TRUE)
        assert (row["low"], row["high"]) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)
        assert row["p"] == pytest.approx(0.002833, abs=5e-7)
        assert (row["winner"], row["test"]) == ("first", "paired")


@pytest.mark.parametrize(
    ("reference", "other"),
    [
        (grid([FIRST], seeds="s=7"), grid([SECOND], seeds="s=8")),
        (grid([FIRST], seeds="s=7"), grid([SECOND[:9]], seeds="s=7")),
        (grid([FIRST], seeds="s=7"), grid([SECOND])),
        (grid([FIRST], seeds=pd.NA), grid([SECOND], seeds=pd.NA)),
    ],
    ids=["other seeds", "fewer", "unknown", "missing"],
)
def test_whoever_does_not_is_compared_as_independent(reference: pd.DataFrame, other: pd.DataFrame) -> None:
    row = compare([reference, other], ["first", "second"]).iloc[0]
    assert row["test"] == "Welch"
    n = int(row["n"])
    assert row["p"] == pytest.approx(scipy.stats.ttest_ind(FIRST, SECOND[:n], equal_var=False).pvalue)


def test_every_p_value_of_the_call_counts() -> None:
    boards = [grid([FIRST, LOW]), grid([SECOND, HIGH]), grid([SECOND, LOW])]
    found = compare(boards, ["a", "b", "c"]).set_index(["board", "params_hidden"])
    alone = scipy.stats.ttest_ind(FIRST, SECOND, equal_var=False).pvalue
    clear = scipy.stats.ttest_ind(LOW, HIGH, equal_var=False).pvalue
    assert found["p"].loc["b", 1] == pytest.approx(4 * clear)
    assert found["p"].loc["b", 0] == found["p"].loc["c", 0] == pytest.approx(3 * alone)
    assert found["p"].loc["c", 1] == 1


def test_the_frame_is_typed() -> None:
    types = {"params_model": "string", "params_hidden": "Int64", "params_dropout": "float64"}
    types |= {"params_bias": "boolean"}
    board = board_of(
        ({"model": "lstm", "hidden": 64, "dropout": 0.5, "bias": True}, LOW),
        ({"model": "gru", "hidden": 32, "dropout": math.nan}, LOW),
    )
    for first in (board.astype(types), board.astype(types | {"params_bias": "object"})):
        found = compare([first, board], ["a", "b"])
        assert found.dtypes.astype(str).to_dict() == {
            **types,
            **dict.fromkeys(["board", "winner", "test"], "string"),
            **dict.fromkeys(["reference_value", "value", "difference", "low", "high", "p"], "float64"),
            **dict.fromkeys(["n_reference", "n"], "Int64"),
        }
        assert found["params_model"].tolist() == ["gru", "lstm"]
        assert found["params_dropout"].isna().tolist() == [True, False]
    expected = {"reference": "a", "objective": "val_loss", "direction": "minimize"}
    assert found.attrs == {**expected, "confidence": 0.95, "dropped": {}}
    counts = overall(found).dtypes.astype(str).to_dict()
    assert (counts.pop("board"), counts.pop("mean_difference")) == ("string", "float64")
    assert set(counts.values()) == {"Int64"}


def test_boards_without_replicates_are_compared_by_value_alone() -> None:
    single = grid([[1.5], [2.5]])
    nothing: Any = pd.NA
    missing = single.assign(replicates=nothing)
    for board in (single, missing, read(single), read(missing)):
        found = compare([grid([LOW, LOW]), board], ["a", "b"])
        assert found["winner"].tolist() == ["unknown"] * 2
        assert found["n"].tolist() == [1, 1]
        assert found["n_reference"].tolist() == [4, 4]
        assert found["difference"].tolist() == pytest.approx([1.5 - np.mean(LOW), 2.5 - np.mean(LOW)])
        assert found[["low", "high", "p"]].isna().all(axis=None)


def test_values_without_spread_name_no_winner() -> None:
    found = compare([grid([[0.97] * 3, [0.98] * 3]), grid([[0.98] * 3, [0.98] * 3])], ["a", "b"])
    assert found["winner"].tolist() == ["unknown", "no difference"]


def test_overall_counts() -> None:
    reference = grid([HIGH, HIGH, LOW, LOW, LOW])
    better = grid([LOW, LOW, HIGH, LOW, [1.0]])
    found = overall(compare([reference, better, reference.iloc[:1]], ["a", "b", "c"]))
    assert found.drop(columns="mean_difference").to_dict("records") == [
        {"board": "b", "combinations": 5, "wins": 2, "losses": 1, "no_difference": 1, "unknown": 1},
        {"board": "c", "combinations": 1, "wins": 0, "losses": 0, "no_difference": 1, "unknown": 0},
    ]
    assert found["mean_difference"].tolist() == pytest.approx([(-1 - 1 + 1 + 0 + 1 - np.mean(LOW)) / 5, 0])


def test_an_infinite_value_is_no_number_to_average() -> None:
    boards = [grid([LOW, LOW]), grid([[math.inf, 1.0], LOW])]
    found = compare([*boards, boards[1].iloc[:1]], ["a", "b", "c"])
    assert found["winner"].tolist() == ["unknown", "no difference", "unknown"]
    assert overall(found)["mean_difference"].tolist() == [math.inf, math.inf]
    assert math.isnan(overall(compare([boards[1], boards[1]], ["a", "b"]))["mean_difference"][0])


SAMPLES = st.lists(
    st.lists(st.integers(-50, 50).map(lambda x: x / 8), min_size=1, max_size=4), min_size=1, max_size=5
)


@settings(max_examples=40, deadline=None)
@given(SAMPLES, SAMPLES, st.sampled_from(["minimize", "maximize"]))
def test_swapping_the_boards_turns_the_signs(first: Any, second: Any, direction: str) -> None:
    boards = [grid(first, direction=direction), grid(second, direction=direction)]
    forth, back = compare(boards, ["a", "b"]), compare(boards[::-1], ["b", "a"])
    assert len(forth) == min(len(first), len(second))
    np.testing.assert_allclose(forth["difference"], -back["difference"])
    np.testing.assert_allclose(forth["low"], -back["high"])
    np.testing.assert_allclose(forth["p"], back["p"])
    assert forth["winner"].tolist() == back["winner"].tolist()
    assert forth["n"].tolist() == back["n_reference"].tolist()
    wins, losses = overall(forth)[["wins", "losses"]].iloc[0]
    assert overall(back)[["losses", "wins"]].iloc[0].tolist() == [wins, losses]


@settings(max_examples=30, deadline=None)
@given(SAMPLES, SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(one: Any, two: Any, random: Any) -> None:
    boards = [
        board_of(*(({"hidden": i % 3, "deep": i % 2 == 0}, sample) for i, sample in enumerate(samples)))
        for samples in (one, two)
    ]
    shuffled = [board.iloc[random.sample(range(len(board)), len(board))] for board in boards]
    pd.testing.assert_frame_equal(compare(boards, ["a", "b"]), compare(shuffled, ["a", "b"]))


@pytest.mark.slow
@pytest.mark.parametrize("common", [0.0, 3.0], ids=["independent", "shared"])
@pytest.mark.parametrize("seed", ["s=7", pd.NA], ids=["paired", "Welch"])
def test_false_alarms_are_as_rare_as_stated(seed: object, common: float) -> None:
    """Paired or not, and also where a seed moves both sides alike; Welch's test sees too little there."""
    generator = np.random.default_rng(30)
    calls, combinations = 300, 10
    board = grid([LOW] * combinations, seeds=seed)
    alarms = single = 0
    for _ in range(calls):
        shared = common * generator.normal(size=(1, combinations, 12))
        samples = (generator.normal(150, 2, (2, combinations, 12)) + shared).tolist()
        texts = ([" ".join(map(repr, sample)) for sample in part] for part in samples)
        found = compare([board.assign(replicates=text) for text in texts], ["a", "b"])
        alarms += bool((found["winner"] != "no difference").any())
        single += int(((found["low"] > 0) | (found["high"] < 0)).sum())
    # Of a family, one error or more; of single intervals, each; neither much less, which would find nothing.
    timid = common > 0 and seed is pd.NA
    low, high = scipy.stats.binom.interval(0.9999, calls, 0.05)
    assert (0 if timid else low) <= alarms <= high
    low, high = scipy.stats.binom.interval(0.9999, calls * combinations, 0.05)
    assert (0 if timid else low) <= single <= high
    if timid:
        assert single < low


def test_a_difference_is_found() -> None:
    generator = np.random.default_rng(31)
    reference = generator.normal(150, 1, (20, 5))
    other = generator.normal(150, 1, (20, 5))
    other[:4] -= 8  # eight standard deviations
    found = compare([grid(reference.tolist()), grid(other.tolist())], ["a", "b"])
    assert found["winner"].tolist() == ["b"] * 4 + ["no difference"] * 16
    assert overall(found)["wins"].tolist() == [4]


def test_where_pairs_tell_nothing_welch_is_asked() -> None:
    boards = [grid([[0.80, 0.82]], seeds="s=7"), grid([[0.83, 0.85]], seeds="s=7")]
    row = compare(boards, ["a", "b"]).iloc[0]
    assert row["test"] == "Welch"
    assert row["p"] == pytest.approx(
        scipy.stats.ttest_ind([0.80, 0.82], [0.83, 0.85], equal_var=False).pvalue
    )
