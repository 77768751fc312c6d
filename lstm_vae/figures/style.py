"""One look for all figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt

from lstm_vae.atomic import replacing

STYLE = {
    "figure.dpi": 120,
    "savefig.dpi": 120,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "font.size": 10,
    "axes.titlesize": 11,
    "legend.frameon": False,
}


@contextmanager
def figure(path: Path, width: float, height: float) -> Iterator[Any]:
    """A figure of so many inches, saved to `path` when left, whole or not at all."""
    with plt.rc_context(STYLE):
        fig = plt.figure(figsize=(width, height))
        try:
            yield fig
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as partial:
                fig.savefig(partial)
        finally:
            plt.close(fig)
