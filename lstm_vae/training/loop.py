"""Many training steps in one call into TensorFlow."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lstm_vae.model import VAE
from lstm_vae.training.averaging import WeightAverage


class StepSums(NamedTuple):
    """What some consecutive steps gave, a value a step.

    Attributes:
        objective: float32 [S], the minimised loss, mean over the step's images.
        bce: float32 [S], summed over the step's images, nats.
        kl: float32 [S], likewise.
        images: int32 [S], how many.
    """

    objective: NDArray[np.float32]
    bce: NDArray[np.float32]
    kl: NDArray[np.float32]
    images: NDArray[np.int32]


class StepLoop:
    """Runs steps over images that stay uint8, without Python in between.

    Args:
        vae: a compiled model.
        average: of its weights, updated after every step.
        images: uint8 [N, 28, 28].
        batch_size: images a step; an epoch's last step takes what is left.
    """

    def __init__(self, vae: VAE, average: WeightAverage, images: NDArray[np.uint8], batch_size: int) -> None:
        self._vae, self._average = vae, average
        # On a CPU, `tf.constant` would copy images that all workers of a machine share.
        self._images = tf.raw_ops.Identity(input=images)
        self._batch_size = batch_size
        self._run = tf.function(self._loop, input_signature=(tf.TensorSpec((None,), tf.int32),))

    def trace(self) -> None:
        """Builds TensorFlow's graph, which takes seconds, before anything is timed."""
        self._run.get_concrete_function()

    def run(self, order: NDArray[np.int32]) -> StepSums:
        """One step for every `batch_size` indices of `order`, in that order."""
        return StepSums(*(part.numpy() for part in self._run(tf.constant(order))))

    def _loop(self, order: Any) -> tuple[Any, ...]:
        total = tf.shape(order)[0]
        steps = (total + self._batch_size - 1) // self._batch_size
        objectives = tf.TensorArray(tf.float32, size=steps)
        sums = tf.TensorArray(tf.float32, size=steps)
        counts = tf.TensorArray(tf.int32, size=steps)
        for index in tf.range(steps):
            indices = order[index * self._batch_size : (index + 1) * self._batch_size]
            objective, terms = self._vae.step(tf.gather(self._images, indices))
            self._average.update(self._vae.optimizer.iterations.value)
            objectives = objectives.write(index, objective)
            sums = sums.write(index, tf.stack([tf.reduce_sum(terms.bce), tf.reduce_sum(terms.kl)]))
            counts = counts.write(index, tf.shape(indices)[0])
        by_step = sums.stack()
        return objectives.stack(), by_step[:, 0], by_step[:, 1], counts.stack()
