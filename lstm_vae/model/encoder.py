"""The posterior's network, of whatever recurrent layers. Another one is a class derived from `Encoder`."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras

Tensor = Any


class Posterior(NamedTuple):
    """q(z|x) = N(z_mean, diag(exp(z_log_var))).

    Attributes:
        z_mean: float32 [B, L].
        z_log_var: float32 [B, L].
    """

    z_mean: Tensor
    z_log_var: Tensor


class Encoder(keras.Model, abc.ABC):
    """Images as sequences of rows -> recurrent layers -> last step -> fully connected layers -> two heads.

    A derived class says only what a recurrent layer is, in `recurrent_layer`; to be found again when a saved
    model is loaded it is decorated with `keras.saving.register_keras_serializable`.

    Args:
        hidden: units of each recurrent layer.
        fc: units of each fully connected layer.
        activation: of the fully connected layers.
        bidirectional: whether recurrent layers read the rows in both directions.
        latent_dim: L, the size of z.
        dropout: rate after each recurrent and fully connected layer, in training.
        precision: Keras dtype policy of the recurrent layers, where nearly all of the arithmetic is; the
            others are float32.
        options: settings of a derived class.

    Attributes:
        gates: so many weight matrices of its input and its state a recurrent layer has, or more.
    """

    gates = 1

    def __init__(
        self,
        hidden: Sequence[int] = (128,),
        fc: Sequence[int] = (64,),
        activation: str = "relu",
        bidirectional: bool = False,
        latent_dim: int = 2,
        dropout: float = 0.0,
        precision: str = "float32",
        options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hidden, self.fc = list(hidden), list(fc)
        self.activation, self.bidirectional = activation, bidirectional
        self.latent_dim, self.dropout, self.precision = latent_dim, dropout, precision
        self.options = dict(options or {})

        self.layers_before_heads: list[keras.layers.Layer] = []
        for number, units in enumerate(hidden):
            layer = self.recurrent_layer(units, return_sequences=number < len(hidden) - 1)
            if bidirectional:
                layer = keras.layers.Bidirectional(layer, dtype=precision)
            self._add(layer)
        for units in fc:
            self._add(keras.layers.Dense(units, activation=activation, dtype="float32"))
        self.mean_head = keras.layers.Dense(latent_dim, name="z_mean", dtype="float32")
        self.log_var_head = keras.layers.Dense(latent_dim, name="z_log_var", dtype="float32")

    def _add(self, layer: keras.layers.Layer) -> None:
        self.layers_before_heads.append(layer)
        if self.dropout:
            self.layers_before_heads.append(keras.layers.Dropout(self.dropout, dtype=layer.dtype_policy))

    @abc.abstractmethod
    def recurrent_layer(self, units: int, return_sequences: bool) -> keras.layers.Layer:
        """A layer from [B, T, ?] to [B, T, units], or to [B, units] of the last step."""

    def build(self, input_shape: Any) -> None:
        shape = tuple(input_shape)
        if type(self).features is Encoder.features:
            for layer in self.layers_before_heads:
                layer.build(shape)
                shape = layer.compute_output_shape(shape)
        else:  # of whatever layers: they are built when they see an image
            shape = tuple(self.features(keras.ops.zeros((1, *shape[1:]))).shape)
        self.mean_head.build(shape)
        self.log_var_head.build(shape)
        if type(self).call is not Encoder.call:
            self.call(keras.ops.zeros((1, *input_shape[1:])))
        self.built = True

    def features(self, images: Tensor, training: bool = False) -> Tensor:
        """What the heads see of images, float32 [B, T=28, F=28] in [0, 1]: [B, the last layer's units]."""
        h = images
        for layer in self.layers_before_heads:
            h = layer(h, training=training) if _takes_training(layer) else layer(h)
        return h

    def call(self, images: Tensor, training: bool = False) -> Posterior:
        """Maps images, float32 [B, T=28, F=28] in [0, 1], to their posterior."""
        h = self.features(images, training)
        return Posterior(self.mean_head(h), self.log_var_head(h))

    def get_config(self) -> dict[str, Any]:
        return {
            "hidden": self.hidden,
            "fc": self.fc,
            "activation": self.activation,
            "bidirectional": self.bidirectional,
            "latent_dim": self.latent_dim,
            "dropout": self.dropout,
            "precision": self.precision,
            "options": self.options,
            "name": self.name,
        }


def _takes_training(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, (keras.layers.Dropout, keras.layers.RNN, keras.layers.Bidirectional))
