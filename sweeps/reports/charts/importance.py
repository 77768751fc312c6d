"""Which parameters matter."""

from __future__ import annotations

from sweeps.reports.charts.chart import MOST_PARAMETERS, Chart, rounded, spec_of
from sweeps.reports.content import Content


def importance(content: Content) -> Chart | None:
    # Where effects can be told, these say which parameters matter, and what may be chance.
    if len(content.importances) < 2 or content.effects is not None:
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
        "How much the values of the best tenth of complete trials differ from those of all (PED-ANOVA, "
        "Watanabe et al. 2023). Of few trials that is mostly chance."
    )
    return Chart("importance", "Which parameters matter", note, spec)
