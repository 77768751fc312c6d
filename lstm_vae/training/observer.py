"""What whoever watches a training is told."""

from __future__ import annotations

from typing import Protocol

from lstm_vae.training.history import EpochRow


class Observer(Protocol):
    """Someone who is told how training goes. What it raises ends the training."""

    def on_steps(self, epoch: int, images: int, bce: float, kl: float) -> None:
        """So many images of the epoch are done, with these means so far (nats per image)."""

    def on_epoch(self, row: EpochRow) -> None:
        """An epoch is done, its row and checkpoint written."""
