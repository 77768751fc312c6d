"""The likelihood's network: from z to the logits of 784 Bernoullis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from lstm_vae.model.cpu.transposed_convolution import Conv2DTranspose

Tensor = Any
SIDE = 28


@keras.saving.register_keras_serializable(package="lstm_vae")
class Decoder(keras.Model):
    """z -> fully connected layers -> grid -> 3x3 transposed convolutions -> one-channel 28x28 logits.

    The first two transposed convolutions have stride 2, further ones stride 1, so two or more start from a
    7x7 grid and a single one from 14x14; the grid has as many channels as the first has filters.

    Args:
        fc: units of each fully connected layer before the one onto the grid.
        filters: of each transposed convolution, at least one.
        activation: of every layer but the last.
        latent_dim: L, the size of z.
        precision: Keras dtype policy of the transposed convolutions, where nearly all of the arithmetic is.
            Fully connected layers are float32, and so are the logits, whatever their layer's products are.
    """

    def __init__(
        self,
        fc: Sequence[int] = (),
        filters: Sequence[int] = (64, 32),
        activation: str = "relu",
        latent_dim: int = 2,
        precision: str = "float32",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.fc, self.filters = list(fc), list(filters)
        self.activation, self.latent_dim, self.precision = activation, latent_dim, precision

        strides = [2 if number < 2 else 1 for number in range(len(filters))]
        side = SIDE // 2 ** strides.count(2)
        self.steps: list[keras.layers.Layer] = [
            keras.layers.Dense(units, activation=activation, dtype="float32")
            for units in (*fc, side * side * filters[0])
        ]
        self.steps.append(keras.layers.Reshape((side, side, filters[0]), dtype="float32"))
        for count, stride in zip(filters, strides, strict=True):
            self.steps.append(
                Conv2DTranspose(
                    count, 3, strides=stride, padding="same", activation=activation, dtype=precision
                )
            )
        # Takes bfloat16 grids as they come: to cast them takes longer than the layer's products.
        self.steps.append(
            Conv2DTranspose(1, 3, padding="same", name="logits", dtype="float32", autocast=False)
        )
        self.steps.append(keras.layers.Reshape((SIDE, SIDE), dtype="float32"))

    def build(self, input_shape: Any) -> None:
        shape = tuple(input_shape)
        for layer in self.steps:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, z: Tensor) -> Tensor:
        """Maps z, float32 [B, L], to logits, float32 [B, 28, 28]."""
        h = z
        for layer in self.steps:
            h = layer(h)
        return h

    def get_config(self) -> dict[str, Any]:
        return {
            "fc": self.fc,
            "filters": self.filters,
            "activation": self.activation,
            "latent_dim": self.latent_dim,
            "precision": self.precision,
            "name": self.name,
        }
