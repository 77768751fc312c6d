"""Whether boards can be compared, and on which combinations."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sweeps.errors import SweepError
from sweeps.results.alignment import ComparisonError
from sweeps.results.comparison import compare
from tests.sweeps.results.boards import HIGH, LOW, board_of, grid, read


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
