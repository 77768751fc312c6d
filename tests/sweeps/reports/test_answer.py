"""The question and the answer, in words that say no more than is known."""

from __future__ import annotations

import pandas as pd
import pytest

from sweeps.reports.answer import Answer, answer_of, number_text
from sweeps.study.objective import MAXIMIZED, MINIMIZED, Objective


def board(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    ranks = pd.array(range(1, rows + 1), dtype="Int64")
    return pd.DataFrame({"rank": ranks, "trial": range(rows), **columns})


SINGLE = board(
    value=[171.666, 172.2, 173.0], params_hidden=["[64]", "[32]", "[128]"], params_fc=["[]", "[]", "[8]"]
)


def answer(
    frame: pd.DataFrame, finals: pd.DataFrame | None = None, objective: Objective = MINIMIZED
) -> Answer:
    return answer_of(frame, [objective], "val_loss", "nats/image", finals)


def test_single_runs_are_told_with_a_caution() -> None:
    own = answer(SINGLE)
    assert own.question == "Which values of hidden and fc together give the lowest val_loss?"
    assert own.answer == (
        "hidden=[64] and fc=[], with a val_loss of 171.67 nats/image; next comes hidden=[32] and fc=[] "
        "with 172.20."
    )
    assert "ran once" in own.caution


def test_replicates_have_their_interval() -> None:
    frame = board(
        value=[2.0, 3.0], low=[1.5, 2.5], high=[2.5, 3.5], replicates=["1.9 2.1", "2.9 3.1"], params_x=[1, 2]
    )
    own = answer(frame)
    assert (
        "x=1, with a val_loss of 2.00 nats/image on average of 2 seeds (95 % interval 1.50 to 2.50)"
        in own.answer
    )
    assert "lucky" in own.caution


def test_finals_have_the_last_word() -> None:
    finals = board(
        value=[172.5], low=[172.0], high=[173.0], replicates=["172.0 173.0"], params_hidden=["[32]"]
    )
    own = answer(SINGLE, finals)
    assert own.answer.startswith("hidden=[32], with a val_loss of 172.50 nats/image on average of 2 seeds")
    assert "lucky" in own.caution


@pytest.mark.parametrize(("objective", "sign"), [(MINIMIZED, 1), (MAXIMIZED, -1)])
def test_the_next_is_told_with_its_difference_over_the_seeds_that_both_have(
    objective: Objective, sign: int
) -> None:
    replicates = {"[256]": [1.0, 2.0, 3.0], "[128]": [2.1, 3.0], "[64]": [9.0, 9.5]}
    texts = [" ".join(str(sign * value) for value in values) for values in replicates.values()]
    finals = board(
        value=[sign * value for value in (2.0, 2.55, 9.25)],
        low=[0.0] * 3,
        high=[0.0] * 3,
        replicates=[*texts],
        seeds=["seed=1"] * 3,
        state=["COMPLETE", "PRUNED", "PRUNED"],
        params_hidden=list(replicates),
    )
    finals["rank"] = pd.array([1, None, None], dtype="Int64")
    own = answer(SINGLE, finals, objective).answer
    # Differences of 1.1 and 1.0: t with one degree of freedom is 12.706.
    value = f"{sign * 2.55:.2f} of 2 seeds"
    assert own.endswith(f"next comes hidden=[128] with {value}, 1.05 worse (95 % interval 0.41 to 1.69).")
    others = answer(SINGLE, finals.assign(seeds=["seed=1", "seed=7", "seed=7"]), objective).answer
    assert "1.05 worse" not in others
    assert "0.55 worse (95 % interval" in others


def test_finals_that_are_not_over_have_a_caution() -> None:
    finals = board(
        value=[172.5], low=[172.0], high=[173.0], replicates=["172.0 173.0"], params_hidden=["[32]"]
    )
    own = answer_of(SINGLE, [MINIMIZED], "val_loss", "nats/image", finals, finals_are_over=False)
    assert own.caution.startswith("The finals are not over")


def test_equal_values_are_told_as_such() -> None:
    own = answer(SINGLE.assign(value=[1.0, 1.0, 2.0])).answer
    assert own.endswith("; hidden=[32] and fc=[] came to the same.")


def test_finals_of_which_none_is_complete_say_nothing() -> None:
    finals = board(value=[172.5], params_hidden=["[32]"])
    finals["rank"] = pd.array([None], dtype="Int64")
    assert answer(SINGLE, finals).answer == answer(SINGLE).answer
    assert "none of these has come to its end" in answer(SINGLE, finals).caution


@pytest.mark.parametrize("frame", [SINGLE.head(0), SINGLE.assign(rank=pd.array([None] * 3, dtype="Int64"))])
def test_nothing_complete_is_said(frame: pd.DataFrame) -> None:
    assert answer(frame).answer == "No trial is complete yet."


def test_the_highest_is_asked_for_where_more_is_better() -> None:
    assert "the highest val_loss" in answer(SINGLE, objective=MAXIMIZED).question


def test_several_objectives_have_a_front() -> None:
    frame = board(value_a=[1.0, 2.0], value_b=[2.0, 1.0], params_x=[1, 2])
    frame["rank"] = pd.array([1, 1], dtype="Int64")
    own = answer_of(frame, [Objective("minimize", "a"), Objective("minimize", "b")], "a b", "", None)
    assert own.question == "Which value of x gives the best a and b?"
    assert own.answer.startswith("2 trials are on the Pareto front")


@pytest.mark.parametrize(
    ("value", "text"), [(171.666, "171.67"), (0.01234, "0.01234"), (1e9, "1e+09"), (-3.0, "-3.00"), (0, "0")]
)
def test_numbers_have_the_digits_that_people_compare_by(value: float, text: str) -> None:
    assert number_text(value) == text
