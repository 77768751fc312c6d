"""What whoever watches a training is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lstm_vae.training.history import EpochRow


@dataclass(frozen=True)
class Steps:
    """How far an epoch has come.

    Attributes:
        epoch: counted from 1.
        images: of the epoch, that are done.
        of: images an epoch.
        bce: mean over these images, nats per image.
        kl: likewise.
    """

    epoch: int
    images: int
    of: int
    bce: float
    kl: float


class Observer(Protocol):
    """Someone who is told how training goes. What it raises ends the training."""

    def on_steps(self, steps: Steps) -> None:
        """Some steps of an epoch are done."""

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        """An epoch is done, its row and checkpoint written.

        Args:
            last: whether none follows: of those asked for, or since early stopping ends the training.
        """


class Follower(Observer, Protocol):
    """An observer of a whole run, whose first epochs another process may have done."""

    def catch_up(self, rows: Sequence[EpochRow]) -> None:
        """These epochs are done; told before the training goes on."""
