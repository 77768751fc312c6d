"""Which parameters matter."""

from __future__ import annotations

from sweeps.reports.charts.chart import MOST_PARAMETERS, Chart, rounded, spec_of
from sweeps.reports.content import Content


def importance(content: Content) -> Chart | None:
    if len(content.importances) < 2:
        return None
    values = [{"p": name, "i": rounded(value)} for name, value in content.importances.items()][
        :MOST_PARAMETERS
    ]
    spec = spec_of(
        values,
        height=26 * len(values),
        mark={"type": "bar"},
        encoding={
            "y": {"field": "p", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 220}},
            "x": {"field": "i", "type": "quantitative", "title": "share of importance"},
            "color": {"value": "@accent"},
            "tooltip": [{"field": "p", "title": "parameter"}, {"field": "i", "title": "importance"}],
        },
    )
    note = (
        "How much the good trials' values of a parameter differ from all trials' (PED-ANOVA, Watanabe "
        "et al. 2023)."
    )
    return Chart("importance", "Which parameters matter", note, spec)
