"""All parameters and the value of each trial, on parallel axes (Inselberg 1985)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from sweeps.reports.answer import text_of
from sweeps.reports.charts.chart import (
    MOST_LINES,
    Chart,
    compared_rows,
    in_order,
    is_of_interval,
    is_on_log_scale,
    rounded,
    shown_parameters,
    spec_of,
    value_range,
)
from sweeps.reports.content import Content
from sweeps.results.row import PARAMS


def parallel(content: Content) -> Chart | None:
    rows, names = compared_rows(content), sorted(shown_parameters(content))
    if len(rows) < 3 or len(names) < 2:
        return None
    rows = rows.head(MOST_LINES)
    axes: dict[str, dict[str, float]] = {}
    lines: list[dict[str, Any]] = []
    for name in [*names, content.objective]:
        column = rows["value"] if name == content.objective else rows[f"{PARAMS}{name}"]
        of_interval = pd.api.types.is_numeric_dtype(column) and is_of_interval(content, name, column)
        if of_interval or name == content.objective:
            log = name != content.objective and is_on_log_scale(content, name, column)
            numbers = [math.log(value) if log else float(value) for value in column]
            known = [number for number in numbers if number == number]
            low, high = min(known), max(known)
            if name == content.objective:
                low, high, _ = value_range(numbers, content.minimized)
            size = (high - low) or 1.0
            marks = {part: low + part * size for part in (0.0, 0.5, 1.0)}
            axes[name] = {
                f"{math.exp(mark):.3g}" if log else text_of(rounded(mark)): part
                for part, mark in marks.items()
            }
            places = [
                min(1.0, max(0.0, (number - low) / size)) if number == number else None for number in numbers
            ]
        else:
            texts = [text_of(value) for value in column]
            order = in_order([text for text in texts if text])
            axes[name] = {text: i / max(1, len(order) - 1) for i, text in enumerate(order)}
            places = [axes[name].get(text) for text in texts]
        lines += [
            {"t": int(trial), "d": name, "y": round(place, 4), "v": rounded(value)}
            for trial, place, value in zip(rows["trial"], places, rows["value"], strict=True)
            if place is not None
        ]
    ticks = [{"d": name, "y": place, "l": text} for name, own in axes.items() for text, place in own.items()]
    dimensions = [*names, content.objective]
    x = {
        "field": "d",
        "type": "nominal",
        "sort": dimensions,
        "title": None,
        "axis": {"labelAngle": 0, "labelLimit": 130, "grid": True, "domain": False, "ticks": False},
        "scale": {"type": "point", "padding": 0.4},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [-0.04, 1.04], "nice": False},
    }
    low, high, _ = value_range([line["v"] for line in lines], content.minimized)
    spec = spec_of(
        lines,
        height=300,
        layer=[
            {
                "mark": {"type": "line", "strokeWidth": 1.3},
                "params": [
                    {
                        "name": "chosen",
                        "select": {
                            "type": "point",
                            "fields": ["t"],
                            "on": "pointerover",
                            "clear": "pointerout",
                        },
                    }
                ],
                "encoding": {
                    "x": x,
                    "y": y,
                    "detail": {"field": "t"},
                    "color": {
                        "field": "v",
                        "type": "quantitative",
                        "title": content.objective,
                        "scale": {
                            "range": ["@best", "@line"] if content.minimized else ["@line", "@best"],
                            "domain": [low, high],
                            "clamp": True,
                        },
                        "legend": {"orient": "top", "gradientLength": 160},
                    },
                    "opacity": {"condition": {"param": "chosen", "empty": False, "value": 1}, "value": 0.5},
                    "strokeWidth": {
                        "condition": {"param": "chosen", "empty": False, "value": 3.5},
                        "value": 1.3,
                    },
                    "tooltip": [{"field": "t", "title": "trial"}, {"field": "v", "title": content.objective}],
                },
            },
            {
                "data": {"values": ticks},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 5,
                    "fontSize": 11,
                    "color": "@ink",
                    "stroke": "@paper",
                    "strokeWidth": 3,
                    "strokeOpacity": 0.85,
                },
                "encoding": {"x": x, "y": y, "text": {"field": "l"}},
            },
            {
                "data": {"values": ticks},
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 11, "color": "@ink"},
                "encoding": {"x": x, "y": y, "text": {"field": "l"}},
            },
        ],
    )
    note = "A line a trial, through its parameters to its value."
    return Chart("parallel", "All parameters at once", note, spec)
