"""Products of bfloat16 that are added up in float32, whatever the CPU.

TensorFlow leaves them to oneDNN on CPUs with AVX-512 or later. Elsewhere its own convolution kernels add up
in bfloat16: gradients come out 3 % off, at a sixteenth of float32's speed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

Tensor = Any
# Relative error; of a product that is rounded once it is 0.0017, of one added up in bfloat16 0.03.
ROUNDING = 0.003


def product(of: Callable[..., Tensor], *operands: Tensor) -> Tensor:
    """A product of operands of one dtype, in that dtype.

    Args:
        of: gives it; called with operands of float32 where bfloat16 would be added up in bfloat16.
        operands: float32 or bfloat16.
    """
    dtype = operands[0].dtype
    if dtype != tf.bfloat16 or adds_up_in_float32():
        return of(*operands)
    return tf.cast(of(*(tf.cast(own, tf.float32) for own in operands)), dtype)


@functools.cache
def adds_up_in_float32() -> bool:
    """Whether TensorFlow's convolutions of bfloat16 do so here, by trying one."""
    rng = np.random.default_rng(0)
    with tf.init_scope():  # never a part of the graph that asks
        one, other = (
            tf.cast(rng.normal(size=(8, 14, 14, channels)).astype(np.float32), tf.bfloat16)
            for channels in (8, 4)
        )
        found, exact = (
            tf.cast(kernel_gradient(tf.cast(one, dtype), tf.cast(other, dtype), 3, 1), tf.float32).numpy()
            for dtype in (tf.bfloat16, tf.float32)
        )
    return bool(np.linalg.norm(found - exact) < ROUNDING * np.linalg.norm(exact))


def kernel_gradient(inputs: Tensor, upstream: Tensor, size: int, stride: int) -> Tensor:
    """The gradient of a convolution's kernel, [size, size, channels of inputs, channels of upstream].

    Args:
        inputs: of the convolution, [B, S, S, C].
        upstream: the gradient of its outputs, [B, S / stride, S / stride, D].
    """
    return tf.raw_ops.Conv2DBackpropFilter(
        input=inputs,
        filter_sizes=[size, size, inputs.shape[3], upstream.shape[3]],
        out_backprop=upstream,
        strides=[1, stride, stride, 1],
        padding="SAME",
    )
