"""What all charts share: their frame, ranges of values that people want to see, orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweeps.reports.answer import text_of
from sweeps.reports.content import Content
from sweeps.results.row import PARAMS

MOST_LINES = 300  # of a chart
MOST_TRIALS = 2000  # in a chart of points
MOST_PARAMETERS = 12
MOST_CHOICES = 8  # of numbers that stand each for itself, where they are not of an interval


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        key: its name in the page.
        title: what it shows.
        note: how to read it.
        spec: Vega-Lite's.
    """

    key: str
    title: str
    note: str
    spec: dict[str, Any]


def value_axis(content: Content) -> str:
    return f"{content.objective}, {content.unit}" if content.unit else content.objective


def spec_of(values: list[dict[str, Any]], **parts: Any) -> dict[str, Any]:
    return {"data": {"values": values}, "width": "@width", **parts}


def rounded(value: float) -> float:
    return float(f"{value:.6g}")


def value_range(values: Sequence[float], minimized: bool) -> tuple[float, float, bool]:
    """Where most values are, so that a few bad ones do not flatten the good; and whether some are left
    out."""
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    at = int(0.9 * (len(ordered) - 1))
    bound = ordered[at] if minimized else ordered[len(ordered) - 1 - at]
    margin = 0.04 * (abs(bound - (low if minimized else high)) or abs(bound) or 1.0)
    if minimized:
        top = min(high, bound + 6 * margin)
        return rounded(low - margin), rounded(top + margin), high > top + margin
    bottom = max(low, bound - 6 * margin)
    return rounded(bottom - margin), rounded(high + margin), low < bottom - margin


def cut_off(content: Content, low: float, high: float) -> str:
    where = f"above {text_of(high)}" if content.minimized else f"below {text_of(low)}"
    return f" Values {where} are cut off."


def compared_rows(content: Content) -> pd.DataFrame:
    """Trials with one value, the best first; of a long study its best ones."""
    board = content.board
    if "value" not in board:
        return board.head(0)
    return board[board["value"].notna() & board["state"].isin(["COMPLETE", "PRUNED"])].head(MOST_TRIALS)


def shown_parameters(content: Content) -> list[str]:
    names = [str(name).removeprefix(PARAMS) for name in content.board.columns if str(name).startswith(PARAMS)]
    ranked = sorted(names, key=lambda name: -content.importances.get(name, 0.0))
    return ranked[:MOST_PARAMETERS]


def is_of_interval(content: Content, name: str, column: pd.Series) -> bool:
    """Whether a parameter's numbers stand on a scale, not each for itself."""
    return bool(column.nunique() > (0 if name in content.intervals else MOST_CHOICES))


def is_on_log_scale(content: Content, name: str, column: pd.Series, otherwise: bool = False) -> bool:
    """Whether that scale is a logarithmic one.

    Args:
        otherwise: of a parameter that was not drawn from an interval.
    """
    return bool(content.intervals.get(name, otherwise) and column.min() > 0)


def in_order(values: Sequence[str]) -> list[str]:
    """Numbers by size, lists by length and size, other words by name."""

    def key(text: str) -> tuple[Any, ...]:
        inner = text.strip("[]()")
        try:
            parts = [float(part) for part in inner.split(",") if part.strip()]
        except ValueError:
            return (1, text)
        return (0, len(parts), parts)

    return sorted(set(values), key=key)
