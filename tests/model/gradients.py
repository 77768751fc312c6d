"""What two layers are compared by."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf


def values_and_gradients(
    layer: keras.layers.Layer, inputs: np.ndarray, dtype: Any = tf.float32
) -> list[np.ndarray]:
    """A layer's outputs for inputs of a dtype, and the gradients of a weighted sum of them by the inputs and
    each weight, all float32."""
    x = tf.cast(tf.constant(inputs), dtype)

    @tf.function
    def compute() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = tf.cast(layer(x), tf.float32)
            weight = tf.cast(tf.range(tf.size(outputs)) % 7, tf.float32) - 2.0
            target = tf.reduce_sum(outputs * tf.reshape(weight, tf.shape(outputs)))
        variables = [variable.value for variable in layer.trainable_variables]
        return outputs, *(tf.cast(g, tf.float32) for g in tape.gradient(target, [x, *variables]))

    return [tensor.numpy() for tensor in compute()]
