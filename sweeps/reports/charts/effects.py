"""What each choice of each parameter adds, with its interval."""

from __future__ import annotations

import math
from typing import Any

from sweeps.reports.charts.chart import MOST_PARAMETERS, Chart, rounded, value_axis
from sweeps.reports.content import Content
from sweeps.results.effects import Verdict


def effects(content: Content) -> Chart | None:
    if content.effects is None:
        return None
    frame, step = content.effects.frame, content.effects.step
    verdicts = [verdict for verdict in frame.attrs["verdicts"] if not math.isnan(verdict.f)]
    if not verdicts:
        return None
    reach = rounded(1.05 * max(abs(bound) for name in ("low", "high") for bound in frame[name]))
    charts = []
    for verdict in verdicts[:MOST_PARAMETERS]:
        own = frame[frame["parameter"] == verdict.parameter]
        values = [
            {"c": choice, "e": rounded(effect), "l": rounded(low), "h": rounded(high), "n": int(count)}
            for choice, effect, low, high, count in zip(
                own["choice"], own["effect"], own["low"], own["high"], own["trials"], strict=True
            )
        ]
        charts.append(_panel(verdict, values, reach, value_axis(content)))
    spec = {"concat": charts, "columns": "@columns", "spacing": 18}
    by = "trials' values" if step is None else f"what trials had reported at step {step}"
    note = (
        f"0 is the mean of all choices, the best stand first; by {by}, of {frame.attrs['trials']} trials. "
        "Every trial tells of every parameter: least squares, with 95 % intervals. p is of the test that a "
        f"parameter's choices are all alike. A trial's noise is {frame.attrs['spread']:.3g}."
    )
    if left_out := content.effects.left_out:
        told = ", ".join(f"trial {own.trial} ({own.value:.6g})" for own in left_out)
        note += f" Left out, since the others do not explain it: {told}."
    if undefined := content.effects.undefined:
        numbers = ", ".join(f"trial {number}" for number in undefined)
        note += f" Without a value, since they came to NaN: {numbers}."
    return Chart("effects", "What each choice adds", note, spec)


def _panel(verdict: Verdict, values: list[dict[str, Any]], reach: float, axis: str) -> dict[str, Any]:
    matters = "matters" if verdict.matters else "may be chance"
    y = {
        "field": "c",
        "type": "nominal",
        "sort": [value["c"] for value in values],
        "title": None,
        "axis": {"labelLimit": 70},
    }
    x = {
        "type": "quantitative",
        "title": f"added to {axis}",
        "scale": {"domain": [-reach, reach]},
        "axis": {"tickCount": 5},
    }
    tooltip = [
        {"field": field, "title": title}
        for field, title in (("c", "choice"), ("e", "adds"), ("l", "from"), ("h", "to"), ("n", "trials"))
    ]
    return {
        "title": {
            "text": [verdict.parameter, f"{matters} (p = {verdict.p:.2g})"],
            "anchor": "start",
            "fontSize": 12,
            "color": "@ink",
        },
        "data": {"values": values},
        "width": "@small",
        "height": 22 * len(values),
        "encoding": {"y": y, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "rule", "strokeDash": [3, 3]},
                "data": {"values": [{}]},
                "encoding": {"x": {"datum": 0}, "color": {"value": "@line"}, "y": None, "tooltip": None},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": x | {"field": "l"}, "x2": {"field": "h"}, "color": {"value": "@soft"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {"x": x | {"field": "e"}, "color": {"value": "@accent"}},
            },
        ],
    }
