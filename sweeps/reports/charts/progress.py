"""The best so far, against time."""

from __future__ import annotations

import math

from sweeps.reports.charts.chart import MOST_TRIALS, Chart, rounded, spec_of, value_axis, value_range
from sweeps.reports.content import Content, Progress


def progress(content: Content) -> Chart | None:
    if len(content.progress) < 2:
        return None
    longest = content.progress[-1].seconds
    unit, size = ("h", 3600) if longest > 3 * 3600 else ("min", 60) if longest > 180 else ("s", 1)
    values = [
        {"x": rounded(own.seconds / size), "t": own.trial, "v": rounded(own.value), "b": rounded(own.best)}
        for own in _sample(content)
    ]
    low, high, _ = value_range([value["v"] for value in values], content.minimized)
    scale = {"domain": [low, high], "nice": False}
    x = {"field": "x", "type": "quantitative", "title": f"time since the first trial began, {unit}"}
    axis = value_axis(content)
    layers = [
        {
            "mark": {"type": "point", "filled": True, "size": 30, "opacity": 0.6, "clip": True},
            "encoding": {
                "x": x,
                "y": {"field": "v", "type": "quantitative", "title": axis, "scale": scale},
                "color": {"value": "@quiet"},
                "tooltip": [{"field": "t", "title": "trial"}, {"field": "v", "title": content.objective}],
            },
        },
        {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "clip": True},
            "encoding": {
                "x": x,
                "y": {"field": "b", "type": "quantitative", "title": axis, "scale": scale},
                "color": {"value": "@accent"},
            },
        },
    ]
    note = "A point a complete trial, at the time when it ended; the line is the best so far."
    return Chart("progress", "Best so far", note, spec_of(values, height=240, layer=layers))


def _sample(content: Content) -> list[Progress]:
    """Of a long study those that were the best when they ended, and every so many-th of the others."""
    every = math.ceil(len(content.progress) / MOST_TRIALS)
    last = len(content.progress) - 1
    return [
        own
        for index, own in enumerate(content.progress)
        if own.value == own.best or index % every == 0 or index == last
    ]
