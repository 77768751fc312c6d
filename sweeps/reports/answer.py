"""A study's question, and its answer in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweeps.results.row import PARAMS
from sweeps.study.objective import Objective


@dataclass(frozen=True)
class Answer:
    """Both, for people.

    Attributes:
        question: what was asked.
        answer: what came of it.
        caution: what the answer does not say; empty where it says it all.
    """

    question: str
    answer: str
    caution: str


def answer_of(
    board: pd.DataFrame, objectives: Sequence[Objective], name: str, unit: str, finals: pd.DataFrame | None
) -> Answer:
    """The answer of a board.

    Args:
        name: of the objective.
        unit: of it; empty where it is not known.
        finals: the board of the study's finals, which outranks the search's.
    """
    parameters = [
        str(column).removeprefix(PARAMS) for column in board.columns if str(column).startswith(PARAMS)
    ]
    listed = " and ".join(filter(None, (", ".join(parameters[:-1]), *parameters[-1:])))
    which = (
        f"Which value of {listed} gives"
        if len(parameters) == 1
        else f"Which values of {listed} together give"
    )
    least = "lowest" if objectives[0].minimized else "highest"
    if len(objectives) > 1:
        names = " and ".join(str(own.name) for own in objectives)
        number = int((board["rank"] == 1).sum()) if not board.empty else 0
        return Answer(
            f"{which} the best {names}?",
            f"{number} trials are on the Pareto front: no other is better in one objective and as good "
            "in all others.",
            "",
        )
    question = f"{which} the {least} {name}?"
    decided = finals if finals is not None and (finals["rank"] == 1).any() else board
    ranked = decided[decided["rank"].notna()] if not decided.empty else decided
    if ranked.empty:
        return Answer(question, "No trial is complete yet.", "")
    best = ranked.iloc[0]
    what = f"{number_text(best['value'])}{f' {unit}' if unit else ''}"
    sentence = f"{combination(best)}, with a {name} of {what}"
    seeds = len(str(best["replicates"]).split()) if isinstance(best.get("replicates"), str) else 1
    if seeds > 1:
        sentence += (
            f" on average of {seeds} seeds (95 % interval {number_text(best['low'])} to "
            f"{number_text(best['high'])})"
        )
    if len(ranked) > 1:
        second = ranked.iloc[1]
        sentence += f"; next comes {combination(second)} with {number_text(second['value'])}"
    caution = ""
    if seeds == 1:
        caution = (
            "Each combination ran once. What another seed would have changed is not known, so that close "
            "ones may be as good; hydra.sweeper.finalists=5 runs the best again, with seeds of their own."
        )
    elif decided is board and finals is None:
        caution = (
            "The best of many means is a lucky one; a run with fresh seeds will tend to be a little worse."
        )
    return Answer(question, f"{sentence}.", caution)


def combination(row: Any) -> str:
    """A row's parameters in words."""
    words = [
        f"{str(name).removeprefix(PARAMS)}={text_of(value)}"
        for name, value in row.items()
        if str(name).startswith(PARAMS) and not _is_none(value)
    ]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:]))) or "no parameters"


def number_text(value: Any) -> str:
    """A number with the digits that people compare by."""
    return (
        "?"
        if _is_none(value)
        else f"{float(value):.2f}"
        if 1 <= abs(float(value)) < 1e5
        else f"{float(value):.4g}"
    )


def text_of(value: Any) -> str:
    """A cell as text."""
    if _is_none(value):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _is_none(value: Any) -> bool:
    return value is None or value is pd.NA or value != value
