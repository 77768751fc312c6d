"""A study's question, and its answer in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweeps.results.row import PARAMS
from sweeps.results.statistics import paired, welch
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
    board: pd.DataFrame,
    objectives: Sequence[Objective],
    name: str,
    unit: str,
    finals: pd.DataFrame | None,
    finals_are_over: bool = True,
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
    by_finals = finals is not None and finals_decide(finals)
    decided = finals if finals is not None and by_finals else board
    ranked = decided[decided["rank"].notna()] if not decided.empty else decided
    if ranked.empty:
        return Answer(question, "No trial is complete yet.", "")
    best = ranked.iloc[0]
    what = f"{number_text(best['value'])}{f' {unit}' if unit else ''}"
    sentence = f"{combination(best)}, with a {name} of {what}"
    seeds = len(_replicates(best))
    if seeds > 1:
        sentence += (
            f" on average of {seeds} seeds (95 % interval {number_text(best['low'])} to "
            f"{number_text(best['high'])})"
        )
    second = _second(decided if by_finals else ranked, best, objectives[0])
    if second is not None:
        sentence += f"; {_compared(best, second, objectives[0])}"
    if by_finals:
        caution = _LUCKY if finals_are_over else _NOT_OVER
    elif finals is not None:
        caution = "The finals run the best again, with seeds of their own; none of these has come to its end."
    elif seeds < 2:
        caution = (
            "Each combination ran once. What another seed would have changed is not known, so that close "
            "ones may be as good; hydra.sweeper.finalists=5 runs the best again, with seeds of their own."
        )
    else:
        caution = _LUCKY
    return Answer(question, f"{sentence}.", caution)


_LUCKY = (
    "The best of several means is a lucky one: with other seeds it will tend to be a little worse, and its "
    "interval holds for a combination that was chosen beforehand."
)
_NOT_OVER = "The finals are not over: others of the best still run with these seeds, and may be better."


def finals_decide(finals: pd.DataFrame) -> bool:
    """Whether a finalist has come to its end."""
    return not finals.empty and bool((finals["rank"] == 1).any())


def _second(board: pd.DataFrame, best: pd.Series[Any], objective: Objective) -> pd.Series[Any] | None:
    """The next best; of finals also one that has lost, and was stopped."""
    others = board[(board["trial"] != best["trial"]) & board["value"].notna()]
    if "state" in others.columns:
        others = others[others["state"].isin(["COMPLETE", "PRUNED"])]
    if others.empty:
        return None
    costs = [float(objective.cost(value)) for value in others["value"]]
    return others.iloc[costs.index(min(costs))]


def _compared(best: pd.Series[Any], second: pd.Series[Any], objective: Objective) -> str:
    mine, its = _replicates(best), _replicates(second)
    value = number_text(second["value"])
    if len(mine) < 2 or len(its) < 2:
        if second["value"] == best["value"]:
            return f"{combination(second)} came to the same"
        return f"next comes {combination(second)} with {value}"
    # Seeds count up from the first, so that a finalist which was stopped has had the first ones.
    shared = min(len(mine), len(its))
    if best.get("seeds") is not None and best.get("seeds") == second.get("seeds"):
        difference = paired(its[:shared], mine[:shared])
    else:
        difference = welch(its, mine)
    sign = 1 if objective.minimized else -1
    low, high = sorted((sign * difference.low, sign * difference.high))
    fewer = f" of {len(its)} seeds" if len(its) != len(mine) else ""
    digits = 2 if 1 <= abs(float(best["value"])) < 1e5 else 4  # as many as the values have
    interval = f" (95 % interval {_shown(low, digits)} to {_shown(high, digits)})" if low == low else ""
    behind = _shown(sign * difference.difference, digits)
    return f"next comes {combination(second)} with {value}{fewer}, {behind} worse{interval}"


def _shown(difference: float, digits: int) -> str:
    return f"{difference:.2f}" if digits == 2 else f"{difference:.4g}"


def _replicates(row: pd.Series[Any]) -> list[float]:
    values = row.get("replicates")
    return [float(value) for value in values.split()] if isinstance(values, str) else []


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
