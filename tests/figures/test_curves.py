from __future__ import annotations

from pathlib import Path

import pytest

from lstm_vae.figures.curves import draw_loss_curves
from lstm_vae.training.history import EpochRow


@pytest.mark.parametrize("epochs", [1, 3, 40])
def test_curves_of_any_length_are_drawn(tmp_path: Path, epochs: int) -> None:
    rows = [
        EpochRow(n, 150 + 90 / n, 145 + 90 / n, 5.0, 0, 151 + 90 / n, 146 + 90 / n, 5, 1, 1, 1, 1)
        for n in range(1, epochs + 1)
    ]
    draw_loss_curves(rows, tmp_path / "deep" / "curves.png")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["curves.png"]
