"""A small classifier of the data set's own classes: the eye that looks at what a model generates.

It is trained on the whole training split by this project, never on generated images, and never is the model
under test. One is kept for each content of the data, since training it takes minutes.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lstm_vae.atomic import locked
from lstm_vae.data import Splits
from lstm_vae.data.sources import cache_folder
from lstm_vae.model.vae import unit_interval
from lstm_vae.training import weights

FORMAT = 1  # of the network and its training; another one trains all anew
EPOCHS, FEWEST_STEPS = 8, 3000  # so many epochs, or more where the data are few
BATCH, RATE = 128, 2e-3
FEATURES = 64
SEED = 0
AT_ONCE = 500


@dataclass(frozen=True)
class Seen:
    """Images as the classifier sees them.

    Attributes:
        probabilities: float64 [N, classes]; each row sums to 1.
        features: float64 [N, 64], of the last hidden layer.
    """

    probabilities: NDArray[np.float64]
    features: NDArray[np.float64]

    @property
    def classes(self) -> NDArray[np.int64]:
        """The most probable class of each."""
        return self.probabilities.argmax(axis=1)


class Classifier:
    """A convolutional network with ten outputs.

    Args:
        model: images float32 [B, 28, 28] -> logits [B, 10], features [B, 64].
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._see = tf.function(
            lambda batch: model(unit_interval(batch), training=False),
            input_signature=(tf.TensorSpec((None, 28, 28), tf.float32),),
        )

    @property
    def identity(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of its weights. One that was trained elsewhere, or anew,
        gives distances in other units."""
        digest = hashlib.sha256()
        for weight in self.model.get_weights():
            digest.update(np.ascontiguousarray(weight).data)
        return digest.hexdigest()[:16]

    def look(self, images: NDArray[Any]) -> Seen:
        """Classifies images, uint8 of 0 to 255 or floats of 0 to 1, [N, 28, 28]."""
        scale = 255.0 if images.dtype == np.uint8 else 1.0
        logits, features = [], []
        for start in range(0, len(images), AT_ONCE):
            own = self._see((images[start : start + AT_ONCE] / scale).astype(np.float32))
            logits.append(own[0].numpy())
            features.append(own[1].numpy())
        raw = np.concatenate(logits).astype(np.float64)
        shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
        return Seen(shifted / shifted.sum(axis=1, keepdims=True), np.concatenate(features).astype(np.float64))

    def accuracy(self, images: NDArray[Any], labels: NDArray[np.integer]) -> float:
        """The share of images whose most probable class is theirs."""
        return float((self.look(images).classes == labels).mean())


def trained(splits: Splits) -> Classifier:
    """The classifier of a data set, from the per-user cache, or trained now and put there.

    A cache that cannot be written costs a line on stderr.
    """
    keras.utils.set_random_seed(SEED)
    model = _network()
    path = cache_folder("classifiers") / f"{splits.fingerprint}-{FORMAT}.weights.h5"
    with _one_at_a_time(path):  # or each of two workers would be judged by its own
        if _loaded(model, path):
            return Classifier(model)
        print(f"training a classifier of {splits.name}, once for this data", file=sys.stderr, flush=True)
        _train(model, splits)
        try:
            weights.save(path, model)
        except OSError as error:
            print(f"note: {path}: not kept ({error.strerror or error})", file=sys.stderr)
    return Classifier(model)


def _loaded(model: keras.Model, path: Path) -> bool:
    if not path.exists():
        return False
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        print(f"note: {path}: is damaged, and made anew ({str(error).splitlines()[0]})", file=sys.stderr)
        return False
    return True


@contextlib.contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Waits for whoever makes this file; where nobody can make it, there is nobody to wait for."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(path.with_suffix(".lock")))
        yield


def _network() -> keras.Model:
    layers = keras.layers
    images = keras.Input((28, 28))
    h = layers.Reshape((28, 28, 1))(images)
    for filters in (16, 32):
        h = layers.Conv2D(filters, 3, padding="same", use_bias=False)(h)
        h = layers.BatchNormalization(momentum=0.9)(h)
        h = layers.ReLU()(h)
        h = layers.MaxPooling2D()(h)
    h = layers.Conv2D(48, 3, padding="same", activation="relu")(h)
    h = layers.Flatten()(layers.MaxPooling2D()(h))
    features = layers.Dense(FEATURES, activation="relu", name="features")(layers.Dropout(0.3)(h))
    logits = layers.Dense(10, name="logits")(layers.Dropout(0.3)(features))
    return keras.Model(images, [logits, features])


def _train(model: keras.Model, splits: Splits) -> None:
    """Adam along a cosine to zero, images shifted by up to a pixel."""
    images, labels = splits.train.images, splits.train.labels
    steps = math.ceil(len(images) / BATCH)
    epochs = max(EPOCHS, math.ceil(FEWEST_STEPS / steps))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, epochs * steps))
    optimizer.build(model.trainable_variables)
    rng = np.random.default_rng(SEED)

    @tf.function(
        input_signature=(tf.TensorSpec((None, 28, 28), tf.float32), tf.TensorSpec((None,), tf.int32))
    )
    def step(batch: tf.Tensor, classes: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits, _ = model(batch, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    for _ in range(epochs):
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            shift = tuple(rng.integers(-1, 2, size=2))
            batch = np.roll(images[chosen], shift, axis=(1, 2)).astype(np.float32) / 255
            step(batch, labels[chosen].astype(np.int32))
