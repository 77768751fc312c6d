"""`encoder.kind=lstm`."""

from __future__ import annotations

import keras

from lstm_vae.model.cpu.lstm import LSTM
from lstm_vae.model.encoder import Encoder


@keras.saving.register_keras_serializable(package="lstm_vae")
class LSTMEncoder(Encoder):
    """The encoder of this project: LSTM layers (Hochreiter & Schmidhuber 1997), forget bias 1."""

    gates = 4

    def recurrent_layer(self, units: int, return_sequences: bool) -> keras.layers.Layer:
        return LSTM(units, return_sequences=return_sequences, dtype=self.precision)
