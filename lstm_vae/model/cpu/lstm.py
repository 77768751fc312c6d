"""The LSTM layer: Keras's own, with a faster formulation of the same arithmetic where no GPU is used."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import tensorflow as tf

Tensor = Any
# Steps are unrolled into the graph; sequences longer than this would take long to trace.
LONGEST_UNROLLED = 64


class Step(NamedTuple):
    """One time step of an LSTM (Hochreiter & Schmidhuber 1997, with Gers et al.'s 2000 forget gate).

    Attributes:
        i, f, g, o: float32 [B, H], input gate, forget gate, candidate and output gate, activated.
        c: float32 [B, H], the cell.
        tanh_c: float32 [B, H].
        h: [B, H] in the products' dtype, the output.
    """

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c: Tensor
    tanh_c: Tensor
    h: Tensor


# Fused by XLA: element-wise TensorFlow kernels take as long as half the matrix products between them.
@tf.function(jit_compile=True)
def _step(z: Tensor, c: Tensor, next_row: Tensor) -> tuple[Step, Tensor]:
    """From the sums that enter the gates, [B, 4H]; also what the next step's product reads, [h, x, 1]."""
    i, f, g, o = (_float32(gate) for gate in tf.split(z, 4, axis=-1))
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    c = f * c + i * g
    tanh_c = tf.tanh(c)
    h = tf.cast(o * tanh_c, z.dtype)
    return Step(i, f, g, o, c, tanh_c, h), _side_by_side([h, next_row])


@tf.function(jit_compile=True)
def _step_gradient(step: Step, c_before: Tensor, dh: Tensor, dc: Tensor) -> tuple[Tensor, Tensor]:
    """From the gradients of a step's h and c to those of its z [B, 4H] and of the cell before."""
    dh = _float32(dh)
    dc = dc + dh * step.o * (1.0 - step.tanh_c * step.tanh_c)
    dz = (
        dc * step.g * step.i * (1.0 - step.i),
        dc * c_before * step.f * (1.0 - step.f),
        dc * step.i * (1.0 - step.g * step.g),
        dh * step.tanh_c * step.o * (1.0 - step.o),
    )
    return _side_by_side([tf.cast(part, step.h.dtype) for part in dz]), dc * step.f


def _side_by_side(parts: list[Tensor]) -> Tensor:
    if parts[0].dtype != tf.bfloat16:
        return tf.concat(parts, axis=-1)
    # As integers, for XLA would turn bfloat16 into float32 and back.
    return tf.bitcast(tf.concat([tf.bitcast(part, tf.uint16) for part in parts], axis=-1), tf.bfloat16)


def _float32(tensor: Tensor) -> Tensor:
    return tf.cast(tensor, tf.float32)


def unrolled_lstm(
    inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor, return_sequences: bool = False
) -> Tensor:
    """An LSTM over a sequence of known length, from a state of zeros.

    A step is one product of [h, x, 1] with all weights under each other, bias included, and the gradient of
    all weights is one product over all steps, where Keras's loop has two products a step and adds up.
    Products are computed in the arguments' dtype, gates and cells in float32.

    Args:
        inputs: [B, T, F], T known when traced.
        kernel: [F, 4H], gates in Keras's order: input, forget, candidate, output.
        recurrent: [H, 4H].
        bias: [4H].
        return_sequences: whether every step's output is wanted.

    Returns:
        [B, H], the last step's output, or [B, T, H].
    """

    @tf.custom_gradient
    def outputs(inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Any:
        return _unrolled(inputs, kernel, recurrent, bias, return_sequences)

    return outputs(inputs, kernel, recurrent, bias)


def _unrolled(
    inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor, return_sequences: bool
) -> tuple[Tensor, Any]:
    length, width, units = inputs.shape[1], kernel.shape[0], recurrent.shape[0]
    batch = tf.shape(inputs)[0]
    weights = tf.concat([recurrent, kernel, bias[tf.newaxis]], axis=0)
    # Time goes first, so that a step's rows lie together. The ones are the bias's factors; as a part of a
    # product its gradient is accumulated in float32, which TensorFlow's sums of bfloat16 are not.
    rows = tf.pad(tf.transpose(inputs, (1, 0, 2)), ((0, 0), (0, 0), (0, 1)), constant_values=1)
    inputs_by_step = tf.unstack(rows)
    nothing = tf.zeros((batch, units))
    factors = [tf.concat([tf.cast(nothing, inputs.dtype), inputs_by_step[0]], axis=-1)]  # [h, x, 1]
    steps: list[Step] = []
    for t in range(length):
        z = tf.matmul(factors[t], weights) if t else tf.matmul(inputs_by_step[0], weights[units:])
        # The last step has none after it; what it makes instead is not read, but compiled already.
        next_row = inputs_by_step[(t + 1) % length]
        step, next_factors = _step(z, steps[-1].c if t else nothing, next_row)
        steps.append(step)
        factors.append(next_factors)

    def gradient(upstream: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        dz: list[Tensor] = [None] * length
        dh_by_step: list[Tensor] = tf.unstack(upstream, axis=1) if return_sequences else []
        dc, dh = nothing, dh_by_step[-1] if return_sequences else upstream
        for t in reversed(range(length)):
            if return_sequences and t < length - 1:
                dh += dh_by_step[t]
            dz[t], dc = _step_gradient(steps[t], steps[t - 1].c if t else nothing, dh, dc)
            if t:
                dh = tf.matmul(dz[t], recurrent, transpose_b=True)
        all_dz = tf.concat(dz, axis=0)
        d_weights = tf.matmul(tf.concat(factors[:-1], axis=0), all_dz, transpose_a=True)
        d_rows = tf.reshape(tf.matmul(all_dz, kernel, transpose_b=True), (length, batch, width))
        return (
            tf.transpose(d_rows, (1, 0, 2)),
            d_weights[units : units + width],
            d_weights[:units],
            d_weights[units + width],
        )

    outputs = tf.stack([step.h for step in steps], axis=1) if return_sequences else steps[-1].h
    return outputs, gradient


@keras.saving.register_keras_serializable(package="lstm_vae")
class LSTM(keras.layers.LSTM):
    """Keras's LSTM, by `unrolled_lstm` where that gives the same and is faster.

    Keras's own call is taken on a GPU, where cuDNN is fastest, and for whatever `unrolled_lstm` cannot do:
    masks, initial states, dropout, other activations, unknown or long lengths. Its name is Keras's because
    the names of saved weights derive from it.
    """

    def call(
        self, sequences: Tensor, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        """Maps [B, T, F] to [B, T, H], or to [B, H] of the last step."""
        if initial_state is not None or mask is not None or not self._can_unroll(sequences):
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)
        cell = self.cell
        return unrolled_lstm(
            tf.reverse(sequences, [1]) if self.go_backwards else sequences,
            tf.convert_to_tensor(cell.kernel),
            tf.convert_to_tensor(cell.recurrent_kernel),
            tf.convert_to_tensor(cell.bias),
            self.return_sequences,
        )

    def _can_unroll(self, sequences: Tensor) -> bool:
        cell, length = self.cell, sequences.shape[1]
        return (
            length is not None
            and 1 < length <= LONGEST_UNROLLED
            and cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and cell.use_bias
            and not (self.stateful or self.return_state or cell.dropout or cell.recurrent_dropout)
            and self.compute_dtype in ("float32", "bfloat16")
            and not tf.config.list_logical_devices("GPU")
        )
