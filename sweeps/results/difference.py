"""In what two runs differ: configuration, metrics, provenance, curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweeps.results.account import RunAccount
from sweeps.space.parameter import value_text

# Of every run its own, or said elsewhere: that they differ tells nothing.
PASSING = {"folder", "started", "finished", "continued_from"}
NONE = "-"


@dataclass(frozen=True)
class Difference:
    """The differences, a frame each; empty where there are none.

    Attributes:
        config: `field`, `one`, `other`.
        metrics: `metric`, `one`, `other`, `difference`, `unit`; those that are alike, too.
        provenance: `field`, `one`, `other`.
        curves: `curve`, `step`, `one`, `other`, `difference`: at some steps that both have reached.
    """

    config: pd.DataFrame
    metrics: pd.DataFrame
    provenance: pd.DataFrame
    curves: pd.DataFrame


def difference_of(one: RunAccount, other: RunAccount, n_steps: int = 6) -> Difference:
    """Compares two runs.

    Args:
        n_steps: of curves, so many steps at most: the last that both have, and others evenly before it.
    """
    return Difference(
        _fields(one.config, other.config),
        _metrics(one, other),
        _fields(one.provenance, other.provenance, PASSING),
        _curves(one, other, n_steps),
    )


def _fields(
    one: Mapping[str, Any], other: Mapping[str, Any], left_out: set[str] | frozenset[str] = frozenset()
) -> pd.DataFrame:
    names = dict.fromkeys([*one, *other])
    rows = [
        (name, _text(one, name), _text(other, name))
        for name in names
        if name not in left_out and one.get(name, ...) != other.get(name, ...)
    ]
    return pd.DataFrame(rows, columns=["field", "one", "other"])


def _text(fields: Mapping[str, Any], name: str) -> str:
    if name not in fields:
        return NONE
    value = fields[name]
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(str, value)) + "]"
    return f"{value:.6g}" if isinstance(value, float) else value_text(value)


def _metrics(one: RunAccount, other: RunAccount) -> pd.DataFrame:
    rows = []
    for name in dict.fromkeys([*one.metrics, *other.metrics]):
        values = [_number(own.metrics.get(name)) for own in (one, other)]
        if values == [None, None]:
            continue
        rows.append((name, *values, one.units.get(name, other.units.get(name, ""))))
    frame = pd.DataFrame(rows, columns=["metric", "one", "other", "unit"])
    frame = frame.astype({"one": "float64", "other": "float64"})
    frame.insert(3, "difference", frame["other"] - frame["one"])
    return frame


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _curves(one: RunAccount, other: RunAccount, n_steps: int) -> pd.DataFrame:
    rows = []
    for name in one.curves.keys() & other.curves.keys():
        mine, its = one.curves[name], other.curves[name]
        if all(mine[step] == its[step] for step in mine.keys() & its.keys()):
            continue
        for step in _some(sorted(mine.keys() & its.keys()), n_steps):
            rows.append((name, step, mine[step], its[step], its[step] - mine[step]))
    order = {name: index for index, name in enumerate(one.curves)}
    rows.sort(key=lambda row: (order[row[0]], row[1]))
    return pd.DataFrame(rows, columns=["curve", "step", "one", "other", "difference"])


def _some(steps: list[int], n: int) -> list[int]:
    """At most n of them, the last one always, the others evenly."""
    if len(steps) <= n:
        return steps
    places = {round((index + 1) * len(steps) / n) - 1 for index in range(n)}
    return [steps[place] for place in sorted(places)]
