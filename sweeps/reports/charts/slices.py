"""Values against each parameter by itself."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sweeps.reports.answer import text_of
from sweeps.reports.charts.chart import (
    Chart,
    compared_rows,
    cut_off,
    in_order,
    is_of_interval,
    is_on_log_scale,
    rounded,
    shown_parameters,
    value_axis,
    value_range,
)
from sweeps.reports.content import Content
from sweeps.results.row import PARAMS


def slices(content: Content) -> Chart | None:
    rows, names = compared_rows(content), shown_parameters(content)
    if len(rows) < 2 or not names:
        return None
    low, high, cut = value_range([rounded(value) for value in rows["value"]], content.minimized)
    charts: list[dict[str, Any]] = []
    for name in names:
        column = rows[f"{PARAMS}{name}"]
        continuous = pd.api.types.is_float_dtype(column) and is_of_interval(content, name, column)
        values = [
            {
                "t": int(trial),
                "v": rounded(value),
                "x": rounded(own) if continuous else text_of(own),
                "k": "complete" if state == "COMPLETE" else "stopped",
            }
            for trial, value, own, state in zip(
                rows["trial"], rows["value"], column, rows["state"], strict=True
            )
            if own == own and own is not None
        ]
        if not values:
            continue
        x: dict[str, Any] = {"field": "x", "title": name}
        if continuous:
            log = is_on_log_scale(content, name, column, otherwise=column.max() > 50 * column.min())
            x |= {"type": "quantitative", "scale": {"type": "log"} if log else {"zero": False}}
            x |= {"axis": {"tickCount": 5, "labelSeparation": 8}}
        else:
            x |= {"type": "nominal", "sort": in_order([str(value["x"]) for value in values])}
            x |= {"axis": {"labelAngle": -35, "labelLimit": 90}}
        y = {
            "field": "v",
            "type": "quantitative",
            "title": value_axis(content),
            "scale": {"domain": [low, high], "nice": False},
        }
        charts.append(
            {
                "data": {"values": values},
                "width": "@small",
                "height": 190,
                "mark": {"type": "point", "filled": True, "size": 34, "opacity": 0.6, "clip": True},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "field": "k",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": ["complete", "stopped"], "range": ["@complete", "@stopped"]},
                        "legend": {"orient": "top"} if not charts else None,
                    },
                    "tooltip": [
                        {"field": "t", "title": "trial"},
                        {"field": "x", "title": name},
                        {"field": "v", "title": content.objective},
                    ],
                },
            }
        )
    if not charts:
        return None
    spec = {
        "concat": charts,
        "columns": "@columns",
        "spacing": 18,
        "resolve": {"scale": {"color": "independent"}},
    }
    note = "Each trial's last value against each of its parameters, the most important first."
    if cut:
        note += cut_off(content, low, high)
    return Chart("slices", "Parameter by parameter", note, spec)
