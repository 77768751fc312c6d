"""Transposed convolutions: Keras's own, and faster formulations of the same arithmetic on a CPU."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from lstm_vae.model.cpu.bfloat16 import kernel_gradient, product

Tensor = Any


# Fused by XLA: TensorFlow's element-wise kernels are slow in bfloat16.
@tf.function(jit_compile=True)
def _bias_and_relu(outputs: Tensor, bias: Tensor) -> Tensor:
    return tf.cast(tf.nn.relu(_with_bias(outputs, bias)), outputs.dtype)


def _with_bias(outputs: Tensor, bias: Tensor) -> Tensor:
    return tf.cast(outputs, tf.float32) + tf.cast(bias, tf.float32)


@tf.function(jit_compile=True)
def _relu_gradient(upstream: Tensor, outputs: Tensor) -> Tensor:
    return tf.where(outputs > 0, upstream, tf.zeros_like(upstream))


def bfloat16_layer(inputs: Tensor, kernel: Tensor, bias: Tensor, stride: int, relu: bool = True) -> Tensor:
    """relu(transposed convolution + bias) in bfloat16, with a gradient of the bias that can be trusted.

    TensorFlow's own gradient of a bias accumulates in bfloat16: over a batch of 28x28 grids it comes out at
    a third to four fifths of the sum. Here it is a matrix product, whose sums are accumulated in float32.

    Args:
        inputs: bfloat16 [B, S, S, C].
        kernel: bfloat16 [3, 3, filters, C].
        bias: bfloat16 [filters].
        stride: 1 or 2.
        relu: whether to take it; without, the sums are returned in float32, for another activation.

    Returns:
        bfloat16, or float32, [B, stride * S, stride * S, filters].
    """

    @tf.custom_gradient
    def outputs(inputs: Tensor, kernel: Tensor, bias: Tensor) -> Any:
        return _bfloat16_layer(inputs, kernel, bias, stride, relu)

    return outputs(inputs, kernel, bias)


def _bfloat16_layer(
    inputs: Tensor, kernel: Tensor, bias: Tensor, stride: int, relu: bool
) -> tuple[Tensor, Any]:
    side, filters = stride * inputs.shape[1], kernel.shape[2]
    shape = (tf.shape(inputs)[0], side, side, filters)
    sums = product(lambda x, k: tf.nn.conv2d_transpose(x, k, shape, stride), inputs, kernel)
    outputs = _bias_and_relu(sums, bias) if relu else _with_bias(sums, bias)

    def gradient(upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        upstream = _relu_gradient(upstream, outputs) if relu else tf.cast(upstream, inputs.dtype)
        rows = tf.reshape(upstream, (-1, filters))
        d_bias = tf.matmul(tf.ones((1, tf.shape(rows)[0]), rows.dtype), rows)[0]
        d_kernel = product(lambda u, x: kernel_gradient(u, x, kernel.shape[0], stride), upstream, inputs)
        d_inputs = product(lambda u, k: tf.nn.conv2d(u, k, stride, "SAME"), upstream, kernel)
        return d_inputs, d_kernel, d_bias

    return outputs, gradient


@tf.function(jit_compile=True)
def _sum_of_taps(taps: Tensor, size: int) -> Tensor:
    """out[b, y, x] = sum over i, j of taps[i * size + j, b, y + m - i, x + m - j] with m = size // 2."""
    rows, columns = taps.shape[2], taps.shape[3]
    margin = size // 2
    padded_taps = tf.pad(tf.cast(taps, tf.float32), ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    total = tf.zeros_like(padded_taps[0, :, :rows, :columns])
    for i in range(size):
        for j in range(size):
            y, x = 2 * margin - i, 2 * margin - j
            total += padded_taps[i * size + j, :, y : y + rows, x : x + columns]
    return total


@tf.custom_gradient
def one_filter(inputs: Tensor, kernel: Tensor) -> Any:
    """A transposed convolution of stride 1 onto a single channel, as a matrix product and shifted sums.

    Convolution kernels compute sixteen channels at once and throw fifteen of them away. Products are computed
    in the inputs' dtype, the taps' sums in float32.

    Args:
        inputs: float32 or bfloat16 [B, S, S, C], S known when traced.
        kernel: float32 [K, K, 1, C], K odd.

    Returns:
        float32 [B, S, S, 1].
    """
    size, side, channels = kernel.shape[0], inputs.shape[1], inputs.shape[3]
    products_kernel = tf.cast(kernel, inputs.dtype)
    by_tap = tf.reshape(products_kernel, (size * size, channels))
    taps = tf.matmul(by_tap, tf.reshape(inputs, (-1, channels)), transpose_b=True)
    outputs = _sum_of_taps(tf.reshape(taps, (size * size, -1, side, side)), size)

    def gradient(upstream: Tensor) -> tuple[Tensor, Tensor]:
        # With one channel as input and not as output, the convolution kernels are fast.
        upstream = tf.cast(upstream, inputs.dtype)
        d_kernel = product(lambda u, x: kernel_gradient(u, x, size, 1), upstream, inputs)
        d_inputs = product(lambda u, k: tf.nn.conv2d(u, k, 1, "SAME"), upstream, products_kernel)
        return d_inputs, tf.cast(d_kernel, kernel.dtype)

    return outputs[..., tf.newaxis], gradient


@keras.saving.register_keras_serializable(package="lstm_vae")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """Keras's transposed convolution, by `one_filter` or `bfloat16_layer` where they do the same faster.

    Its name is Keras's because the names of saved weights derive from it.
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Maps [B, S, S, C] to [B, stride * S, stride * S, filters]."""
        usual = (
            self.padding == "same"
            and self.use_bias
            and self.output_padding is None
            and self.data_format == "channels_last"
            and set(self.dilation_rate) == {1}
            and len(set(self.strides)) == 1
            and len(set(self.kernel_size)) == 1
            and None not in inputs.shape[1:]
            and not tf.config.list_logical_devices("GPU")
        )
        stride, dtype = self.strides[0], self.compute_dtype
        if usual and self.filters == 1 and stride == 1 and self.kernel_size[0] % 2 and dtype == "float32":
            logits = one_filter(inputs, tf.convert_to_tensor(self.kernel))
            return self.activation(logits + tf.convert_to_tensor(self.bias))
        inputs = tf.cast(inputs, dtype)
        if usual and dtype == "bfloat16":
            kernel, bias = tf.convert_to_tensor(self.kernel), tf.convert_to_tensor(self.bias)
            if self.activation is keras.activations.relu:
                return bfloat16_layer(inputs, kernel, bias, stride)
            sums = bfloat16_layer(inputs, kernel, bias, stride, relu=False)
            return tf.cast(self.activation(sums), dtype)
        return super().call(inputs)
