"""Boards compared: alignment, errors, and how often the verdict is wrong."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps.errors import SweepError
from sweeps.results.alignment import ComparisonError
from sweeps.results.comparison import compare, overall

# Hours of sleep gained with either of two drugs: Student (1908); R's data set `sleep`.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
LOW = [1.0, 1.1, 0.9, 1.05]
HIGH = [2.0, 2.1, 1.9, 2.05]

Trial = tuple[dict[str, Any], Sequence[float]]


def board_of(*trials: Trial, **columns: Any) -> pd.DataFrame:
    """A board of complete trials, each of its parameters and values."""
    values = [list(map(float, sample)) for _, sample in trials]
    frame = pd.DataFrame({"rank": range(1, len(trials) + 1), "trial": range(len(trials))}, dtype="Int64")
    frame["state"] = pd.array(["COMPLETE"] * len(trials), dtype="string")
    frame["value"] = [float(np.mean(sample)) for sample in values]
    frame["replicates"] = pd.array([" ".join(map(repr, sample)) for sample in values], dtype="string")
    for name in dict.fromkeys(name for parameters, _ in trials for name in parameters):
        frame[f"params_{name}"] = [parameters.get(name, pd.NA) for parameters, _ in trials]
    frame = frame.assign(objective="val_loss", direction="minimize", data_split_seed=0)
    return frame.assign(data_name="mnist_5k", data_fingerprint="0123456789abcdef").assign(**columns)


def grid(samples: Sequence[Sequence[float]], **columns: Any) -> pd.DataFrame:
    """A board of one parameter."""
    return board_of(*(({"hidden": i}, sample) for i, sample in enumerate(samples)), **columns)


def read(frame: pd.DataFrame) -> pd.DataFrame:
    """The same board from a CSV."""
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)))


def test_the_two_drugs_of_student() -> None:
    found = compare([grid([FIRST]), grid([SECOND])], ["first", "second"])
    # R: t.test(extra ~ group, data = sleep): p-value = 0.07939, -3.3654832 to 0.2054832 for first - second.
    assert " ".join(found.columns) == (
        "params_hidden board reference_value value difference low high p winner n_reference n"
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
            **dict.fromkeys(["board", "winner"], "string"),
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


def test_values_are_aligned_whatever_a_columns_type() -> None:
    names = "abcd"
    cells = [(64, True, 0.1, "x"), (8, False, 1e-3, pd.NA)]
    texts = [("64", "True", "0.1", "x"), ("8", "False", "0.001", pd.NA)]
    floats = [(64.0, True, math.nextafter(0.1, 1), "x"), (8.0, False, 0.001, pd.NA)]
    boards = [
        board_of(*((dict(zip(names, row, strict=True)), LOW) for row in rows))
        for rows in (cells, texts, floats)
    ]
    boards += [read(boards[0]), read(boards[1])]
    boards[1:3] = boards[1].assign(data_split_seed="0"), boards[2].assign(data_split_seed=0.0)
    found = compare(boards, list("abcde"))
    assert found["board"].tolist() == list("bbccddee")
    assert found["params_a"].tolist() == [8, 64] * 4
    assert (found["difference"] == 0).all()


def test_only_complete_trials_count() -> None:
    states = pd.array(["COMPLETE", "PRUNED", "FAIL", "RUNNING", pd.NA], dtype="string")
    board = grid([LOW] * 5).assign(state=states)
    found = compare([board, grid([LOW] * 5)], ["a", "b"])
    assert found["params_hidden"].tolist() == [0]
    with pytest.raises(ComparisonError, match=r"^board b has no COMPLETE trial$"):
        compare([board, board.assign(state="FAIL")], ["a", "b"])


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


def test_one_trial_stands_for_a_combination() -> None:
    same = {"hidden": 0}
    # Neither the best, nor all; of the two with most replicates the earlier, wherever it stands.
    board = board_of((same, [0.1]), (same, [3.0, 3.2]), (same, [0.0, 0.3]))
    for rows in ([0, 1, 2], [2, 1, 0]):
        found = compare([board.iloc[rows], grid([LOW])], ["a", "b"])
        assert found["n_reference"].tolist() == [2]
        assert found["reference_value"].tolist() == pytest.approx([3.1])


def test_a_parameter_of_one_board_is_dropped_if_it_has_one_value() -> None:
    lone = board_of(*(({"hidden": i, "model": "gru"}, LOW) for i in range(2)))
    found = compare([grid([LOW, LOW]), lone], ["a", "b"])
    assert [name for name in found.columns if name.startswith("params_")] == ["params_hidden"]
    assert found.attrs["dropped"] == {"params_model": "gru"}
    several = board_of(({"hidden": 0, "model": "gru"}, LOW), ({"hidden": 0, "model": "lstm"}, LOW))
    with pytest.raises(ComparisonError, match=r"^params_model has 2 values in b and none in a: "):
        compare([grid([LOW, LOW]), several], ["a", "b"])
    sometimes = board_of(({"hidden": 0, "model": "gru"}, LOW), ({"hidden": 1}, LOW))
    with pytest.raises(ComparisonError, match=r"^params_model has 2 values"):
        compare([sometimes, grid([LOW, LOW])], ["a", "b"])
    found = compare([board_of(({"a": 1}, LOW)), board_of(({"b": 2}, HIGH))], ["one", "two"])
    assert found["winner"].tolist() == ["one"]  # a single combination
    assert found.attrs["dropped"] == {"params_a": 1, "params_b": 2}


def test_data_may_differ_between_combinations_but_not_within() -> None:
    board = grid([LOW, LOW]).assign(data_name=["mnist", "fashion"])
    assert len(compare([board, board.iloc[::-1]], ["a", "b"])) == 2
    with pytest.raises(ComparisonError, match="^boards a and b differ in data_name: (mnist|fashion) and"):
        compare([board, board.assign(data_name=["fashion", "mnist"])], ["a", "b"])


@pytest.mark.parametrize(
    "column", ["objective", "direction", "data_name", "data_fingerprint", "data_split_seed"]
)
def test_boards_of_different_questions_are_refused(column: str) -> None:
    value = "maximize" if column == "direction" else "another"
    board = grid([LOW])
    here = board[column][0]
    with pytest.raises(ComparisonError, match=rf"^boards a and c differ in {column}: {here} and {value}$"):
        compare([board, board, board.assign(**{column: value})], ["a", "b", "c"])
    if column not in ("objective", "direction"):
        with pytest.raises(
            ComparisonError, match=rf"^boards a and b differ in {column}: {here} and nothing$"
        ):
            compare([board, board.drop(columns=column)], ["a", "b"])
        assert len(compare([board.drop(columns=column)] * 2, ["a", "b"])) == 1
    with pytest.raises(ComparisonError, match=f"differ in {column}"):  # rather than "nothing in common"
        compare([board, board.assign(params_hidden=7, **{column: value})], ["a", "b"])


def test_what_else_is_refused() -> None:
    board = grid([LOW, LOW])
    commas, nothing = board.assign(replicates="1.0,2.0"), board.assign(replicates="", value=math.nan)
    needed = ["trial", "state", "value", "replicates", "objective", "direction"]
    for boards, names, confidence, message in (
        *(([board, board.drop(columns=name)], ["a", "b"], 0.95, f"board b lacks {name}$") for name in needed),
        ([board], ["a"], 0.95, "a comparison takes two boards or more, not 1"),
        ([board] * 2, ["a"], 0.95, "2 boards have 1 names: a"),
        ([board] * 2, ["a", "a"], 0.95, "boards named a, a: names must differ"),
        ([board] * 2, ["a", "unknown"], 0.95, "boards named a, unknown: names must differ and be neither"),
        ([board] * 2, ["a", "b"], 95, "confidence=95: must be above 0 and below 1"),
        ([board, board.assign(params_hidden=[7, 8])], ["a", "b"], 0.95, "boards a and b have no combination"),
        ([board, board.assign(trial=3)], ["a", "b"], 0.95, "board b holds trial 3 twice"),
        ([board, commas], ["a", "b"], 0.95, "board b: trial 0 has replicates=1.0,2.0; must be numbers"),
        ([board, nothing], ["a", "b"], 0.95, "board b: trial 0 is COMPLETE and has no value$"),
        ([board, board.assign(objective=["x", "y"])], ["a", "b"], 0.95, "board b has several values of obj"),
        ([board.assign(direction="up")] * 2, ["a", "b"], 0.95, "board a: direction=up must be minimize or"),
    ):
        with pytest.raises(SweepError, match=f"^{message}") as caught:
            compare(boards, names, confidence)
        assert "\n" not in str(caught.value)


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


def test_false_alarms_are_as_rare_as_stated() -> None:
    generator = np.random.default_rng(30)
    calls, combinations = 300, 10
    board = grid([LOW] * combinations)
    alarms = single = 0
    for _ in range(calls):
        samples = generator.normal(150, 2, (2, combinations, 12)).tolist()
        texts = ([" ".join(map(repr, sample)) for sample in part] for part in samples)
        found = compare([board.assign(replicates=text) for text in texts], ["a", "b"])
        alarms += bool((found["winner"] != "no difference").any())
        single += int(((found["low"] > 0) | (found["high"] < 0)).sum())
    # Of a family, one error or more; of single intervals, each; neither much less, which would find nothing.
    low, high = scipy.stats.binom.interval(0.9999, calls, 0.05)
    assert low <= alarms <= high
    low, high = scipy.stats.binom.interval(0.9999, calls * combinations, 0.05)
    assert low <= single <= high


def test_a_difference_is_found() -> None:
    generator = np.random.default_rng(31)
    reference = generator.normal(150, 1, (20, 5))
    other = generator.normal(150, 1, (20, 5))
    other[:4] -= 8  # eight standard deviations
    found = compare([grid(reference.tolist()), grid(other.tolist())], ["a", "b"])
    assert found["winner"].tolist() == ["b"] * 4 + ["no difference"] * 16
    assert overall(found)["wins"].tolist() == [4]
