"""Loss curves: total, BCE and KL over epochs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import MaxNLocator

from lstm_vae.figures.style import figure
from lstm_vae.training.history import EpochRow

PANELS = (("loss", "BCE + KL"), ("bce", "BCE (distortion)"), ("kl", "KL (rate)"))


def draw_loss_curves(rows: Sequence[EpochRow], path: Path) -> None:
    """Three panels with a training and a validation curve each, in nats per image.

    The first epochs of a long training are left out of the loss axis's range, not of the curve, where they
    would press the rest flat.
    """
    epochs = [row.epoch for row in rows]
    with figure(path, 11, 3.6) as fig:
        for axes, (name, title) in zip(fig.subplots(1, 3), PANELS, strict=True):
            train = np.array([getattr(row, name) for row in rows])
            validation = np.array([getattr(row, f"val_{name}") for row in rows])
            marker = "o" if len(rows) < 12 else None
            axes.plot(epochs, train, label="training", color="#7f7f7f", marker=marker, markersize=3)
            axes.plot(epochs, validation, label="validation", color="#d62728", marker=marker, markersize=3)
            axes.set_title(title)
            axes.set_xlabel("epoch")
            axes.set_ylabel("nats per image")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            if name != "kl" and len(rows) >= 6:
                _show_the_rest(
                    axes, np.concatenate([train, validation]), np.concatenate([train[2:], validation[2:]])
                )
            axes.legend(loc="best")


def _show_the_rest(axes: object, every: np.ndarray, late: np.ndarray) -> None:
    low, high = float(every.min()), float(late.max())
    if every.max() > high + 0.25 * (high - low):
        axes.set_ylim(low - 0.05 * (high - low), high + 0.25 * (high - low))  # type: ignore[attr-defined]
