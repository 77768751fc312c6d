"""The project's network and a training of it as a Keras user writes them: `fit`, Adam at a constant 1e-3.

The images are this project's own splits, so that losses are of the same validation images.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import load_splits


class Fitted(NamedTuple):
    """The validation loss after the last epoch (nats per image), and how long `fit` took, tracing and scoring
    included."""

    val_loss: float
    training_seconds: float


class Sampling(layers.Layer):
    """z from its posterior."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any) -> Any:
        mean, log_var = inputs
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.seeds)


class PlainVAE(keras.Model):
    """LSTM layers and fully connected layers onto two latents; transposed convolutions back."""

    def __init__(self, hidden: list[int], fc: list[int], seed: int) -> None:
        super().__init__()
        images = h = keras.Input((28, 28))
        for number, units in enumerate(hidden, 1):
            h = layers.LSTM(units, return_sequences=number < len(hidden))(h)
        for units in fc:
            h = layers.Dense(units, activation="relu")(h)
        mean, log_var = layers.Dense(2)(h), layers.Dense(2)(h)
        self.encoder = keras.Model(images, [mean, log_var, Sampling(seed)([mean, log_var])])
        z = keras.Input((2,))
        h = layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64, activation="relu")(z))
        h = layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu")(h)
        h = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(h)
        h = layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid")(h)
        self.decoder = keras.Model(z, h)
        self.mean_loss = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[Any]:
        return [self.mean_loss]

    def losses_of(self, images: Any) -> Any:
        """BCE + KL, nats per image."""
        mean, log_var, z = self.encoder(images)
        losses = keras.losses.binary_crossentropy(ops.expand_dims(images, -1), self.decoder(z))
        kl = ops.sum(-0.5 * (1 + log_var - ops.square(mean) - ops.exp(log_var)), axis=1)
        loss = ops.mean(ops.sum(losses, axis=(1, 2)) + kl)
        self.mean_loss.update_state(loss, sample_weight=ops.shape(images)[0])
        return loss

    def train_step(self, images: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            loss = self.losses_of(images)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": self.mean_loss.result()}

    def test_step(self, images: Any) -> dict[str, Any]:
        self.losses_of(images)
        return {"loss": self.mean_loss.result()}


def fit(
    hidden: list[int], fc: list[int], data: DataConfig, batch_size: int, epochs: int, seed: int
) -> Fitted:
    """Trains one network."""
    keras.utils.set_random_seed(seed)
    splits = load_splits(data)
    images, validation = (
        split.images.astype("float32") / np.float32(255) for split in (splits.train, splits.validation)
    )
    vae = PlainVAE(hidden, fc, seed)
    vae.compile(optimizer=keras.optimizers.Adam())
    started = time.perf_counter()
    history = vae.fit(
        images,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(validation,),
        validation_batch_size=500,
        verbose=0,
    )
    return Fitted(float(history.history["val_loss"][-1]), time.perf_counter() - started)
