"""The charts of a report, as Vega-Lite specifications (Satyanarayan et al. 2017).

Texts that begin with @ stand for what only the page knows: its colours, and how wide it is (`page.js`).
"""

from __future__ import annotations

from sweeps.reports.charts.chart import Chart
from sweeps.reports.charts.curves import curves
from sweeps.reports.charts.effects import effects
from sweeps.reports.charts.importance import importance
from sweeps.reports.charts.parallel import parallel
from sweeps.reports.charts.progress import progress
from sweeps.reports.charts.slices import slices
from sweeps.reports.content import Content

__all__ = ["Chart", "charts_of"]


def charts_of(content: Content) -> list[Chart]:
    """Those that there is something to show in."""
    makers = (effects, curves, progress, importance, slices, parallel)
    return [chart for maker in makers if (chart := maker(content)) is not None]
