"""Exponential moving average of the weights (Polyak & Juditsky 1992): what is evaluated and saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf


class WeightAverage:
    """Averages of a model's weights.

    The momentum rises to its value as (1 + t) / (10 + t) over the steps t, as in TensorFlow's
    `ExponentialMovingAverage`, so that short trainings are not held back by their first weights. Keras's own
    `use_ema` has no such rise.

    Args:
        weights: Keras variables.
        momentum: in (0, 1), or 0 for no averaging at all.
    """

    def __init__(self, weights: Sequence[Any], momentum: float) -> None:
        self.momentum = momentum
        self._weights = list(weights) if momentum else []
        self.averages = [
            tf.Variable(weight.numpy(), trainable=False, name=f"average/{weight.path}")
            for weight in self._weights
        ]

    def update(self, step: Any) -> None:
        """Takes the current weights in; `step` is the number of steps done."""
        if not self.averages:
            return
        steps_done = tf.cast(step, tf.float32)
        momentum = tf.minimum(self.momentum, (1.0 + steps_done) / (10.0 + steps_done))
        for average, weight in zip(self.averages, self._weights, strict=True):
            average.assign_add((1.0 - momentum) * (weight.value - average))

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Within it, the model's weights are the averages."""
        trained_weights = [weight.numpy() for weight in self._weights]
        self.copy_to_weights()
        try:
            yield
        finally:
            for weight, value in zip(self._weights, trained_weights, strict=True):
                weight.assign(value)

    def copy_to_weights(self) -> None:
        """Overwrites the model's weights with the averages."""
        for average, weight in zip(self.averages, self._weights, strict=True):
            weight.assign(average)
