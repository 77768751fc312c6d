"""Learning curves: which trials went how far, who was stopped, who went on after all."""

from __future__ import annotations

import math
from typing import Any

from sweeps.reports.charts.chart import MOST_LINES, Chart, cut_off, rounded, spec_of, value_axis, value_range
from sweeps.reports.content import Content, Curve

STATES = ("COMPLETE", "PRUNED", "RUNNING", "FAIL")


def curves(content: Content) -> Chart | None:
    shown = _shown_curves(content)
    if not any(len(curve.steps) > 1 for curve in shown):
        return None
    by_trial = {curve.trial: _points(curve, content.best) for curve in shown}
    values = [point for own in by_trial.values() for point in own]
    ends = [by_trial[curve.trial][-1] for curve in shown if curve.state == "PRUNED"]
    promotions = [
        point for curve in shown for point in by_trial[curve.trial] if point["s"] == curve.resumed_at
    ]
    low, high, cut = value_range([value for curve in shown for value in curve.values], content.minimized)
    y = {
        "field": "v",
        "type": "quantitative",
        "title": value_axis(content),
        "scale": {"domain": [low, high], "nice": False},
    }
    x = {"field": "s", "type": "quantitative", "title": "step", "axis": {"tickMinStep": 1}}
    tooltip = [
        {"field": "t", "title": "trial"},
        {"field": "p", "title": "parameters"},
        {"field": "s", "title": "step"},
        {"field": "v", "title": content.objective},
    ]
    color = {
        "field": "k",
        "type": "nominal",
        "title": None,
        "scale": {
            "domain": ["best", "complete", "stopped", "other"],
            "range": ["@best", "@complete", "@stopped", "@other"],
        },
        "legend": {"orient": "top"},
    }
    hover = {"condition": {"param": "hovered", "empty": False, "value": 1}, "value": 0.45}
    width = {"condition": {"param": "hovered", "empty": False, "value": 3}, "value": 1.2}
    pick = {
        "name": "hovered",
        "select": {"type": "point", "fields": ["t"], "on": "pointerover", "clear": "pointerout"},
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "clip": True, "strokeWidth": 1.2},
            "params": [pick],
            "encoding": {
                "x": x,
                "y": y,
                "color": color,
                "detail": {"field": "t"},
                "opacity": hover,
                "strokeWidth": width,
                "tooltip": tooltip,
            },
        },
    ]
    note = "A line a trial"
    for points, shape, size, words in (
        (ends, "cross", 28, ", a cross where one was stopped"),
        (promotions, "triangle-up", 60, ", a triangle where one went on after all"),
    ):
        if points:
            mark = {"type": "point", "shape": shape, "size": size, "clip": True, "filled": True}
            encoding = {"x": x, "y": y, "color": color, "tooltip": tooltip}
            layers.append({"data": {"values": points}, "mark": mark, "encoding": encoding})
            note += words
    note += "."
    if cut:
        note += cut_off(content, low, high)
    if len(shown) < len(content.curves):
        note += (
            f" {len(shown)} of {len(content.curves)} trials are shown: the best, and of the others a sample."
        )
    return Chart("curves", "Learning curves", note, spec_of(values, height=340, layer=layers))


def _shown_curves(content: Content) -> list[Curve]:
    cost = 1 if content.minimized else -1
    ordered = sorted(content.curves, key=lambda curve: (STATES.index(curve.state), cost * curve.values[-1]))
    if len(ordered) <= MOST_LINES:
        return ordered
    first, rest = ordered[: MOST_LINES // 2], ordered[MOST_LINES // 2 :]
    every = math.ceil(len(rest) / (MOST_LINES - len(first)))
    return [*first, *rest[::every]]


def _points(curve: Curve, best: int | None) -> list[dict[str, Any]]:
    """A row of data for each step."""
    return [
        {"t": curve.trial, "s": step, "v": rounded(value), "k": _kind(curve, best), "p": curve.label}
        for step, value in zip(curve.steps, curve.values, strict=True)
    ]


def _kind(curve: Curve, best: int | None) -> str:
    if curve.trial == best:
        return "best"
    return {"COMPLETE": "complete", "PRUNED": "stopped"}.get(curve.state, "other")
