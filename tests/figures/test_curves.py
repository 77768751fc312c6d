from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from lstm_vae.figures.curves import _show_the_rest, draw_loss_curves
from lstm_vae.training.history import EpochRow


@pytest.mark.parametrize("epochs", [1, 3, 40])
def test_curves_of_any_length_are_drawn(tmp_path: Path, epochs: int) -> None:
    rows = [
        EpochRow(n, 150 + 90 / n, 145 + 90 / n, 5.0, 0, 151 + 90 / n, 146 + 90 / n, 5, 1, 1, 1, 1)
        for n in range(1, epochs + 1)
    ]
    draw_loss_curves(rows, tmp_path / "deep" / "curves.png")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["curves.png"]


@pytest.mark.parametrize(
    ("values", "zoomed"),
    [([210.0, 150.0, *[207.0] * 8], False), ([300.0, 160.0, *(150.0 - n for n in range(8))], True)],
)
def test_the_lowest_losses_are_always_in_the_picture(values: list[float], zoomed: bool) -> None:
    axes = Figure().subplots()
    axes.plot(values)
    _show_the_rest(axes, np.array(values), np.array(values[2:]))
    low, high = axes.get_ylim()
    assert low <= min(values)
    assert high >= max(values[2:])
    assert (high < max(values)) == zoomed
