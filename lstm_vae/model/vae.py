"""The variational autoencoder: an encoder, a decoder and what joins them."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from lstm_vae.model.decoder import SIDE
from lstm_vae.model.encoder import Encoder, Posterior
from lstm_vae.model.losses import Terms, bernoulli_cross_entropy, gaussian_kl, training_loss
from lstm_vae.model.relocation import relocation

Tensor = Any
# One generator on every device. XLA's own differs even so: random numbers are drawn outside what it compiles.
GENERATOR = "philox"


class VAEOutputs(NamedTuple):
    """What `VAE.call` gives.

    Attributes:
        z_mean: float32 [B, L].
        z_log_var: float32 [B, L].
        z: float32 [B, L], one sample of the posterior.
        logits: float32 [B, 28, 28], decoded from z.
    """

    z_mean: Tensor
    z_log_var: Tensor
    z: Tensor
    logits: Tensor


def reparameterize(posterior: Posterior, noise: Tensor) -> Tensor:
    """z = z_mean + exp(z_log_var / 2) * noise (Kingma & Welling 2014, section 2.4).

    Args:
        posterior: of B images.
        noise: float32 [..., B, L], standard normal.

    Returns:
        float32 [..., B, L].
    """
    return posterior.z_mean + tf.exp(0.5 * posterior.z_log_var) * noise


@keras.saving.register_keras_serializable(package="lstm_vae")
class VAE(keras.Model):
    """A VAE over 28x28 grey images.

    Trained by this project's trainer, or by `compile` and `fit` as any Keras model; both take the same
    `step`. Every random number of a step is a function of (seed, step), so that nothing about noise has to
    be saved to go on exactly where a run stopped.

    Args:
        encoder: images to posterior.
        decoder: z to logits; a Keras model with the encoder's `latent_dim`.
    """

    def __init__(self, encoder: Encoder, decoder: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.latent_dim: int = encoder.latent_dim
        self.trackers = {name: keras.metrics.Mean(name=name) for name in ("loss", "bce", "kl")}
        self._set_objective()

    def _set_objective(
        self,
        beta: float = 1.0,
        free_bits: float = 0.0,
        kl_warmup_steps: int = 0,
        seed: int = 0,
        binarize: bool = False,
        relocation: float = 0.0,
    ) -> None:
        self.beta, self.free_bits, self.kl_warmup_steps = beta, free_bits, kl_warmup_steps
        self.noise_seed, self.binarize, self.relocation_weight = seed, binarize, relocation

    def compile(
        self,
        optimizer: Any = "adam",
        *,
        beta: float = 1.0,
        free_bits: float = 0.0,
        kl_warmup_steps: int = 0,
        seed: int = 0,
        binarize: bool = False,
        relocation: float = 0.0,
        jit_compile: bool = False,
        **kwargs: Any,
    ) -> None:
        """Sets what training minimises: BCE + beta * KL, and what helps it.

        Args:
            optimizer: as in Keras.
            beta: weight of the KL.
            free_bits: nats free of charge per latent.
            kl_warmup_steps: steps over which the KL's weight rises linearly from 0 to beta.
            seed: of the noise of every step.
            binarize: whether each step samples its images' pixels (dynamic binarization).
            relocation: weight of the pull on posterior means that are in a wrong place
                (`lstm_vae.model.relocation`), nats per image and standard deviation of the prior.
            jit_compile: whether XLA compiles the step, all but its random numbers.
            **kwargs: as in Keras.
        """
        super().compile(optimizer=optimizer, loss=None, jit_compile=False, **kwargs)
        self._update = (
            tf.function(self._plain_update, jit_compile=True) if jit_compile else self._plain_update
        )
        for layer in self._flatten_layers() if jit_compile else ():
            if getattr(layer, "use_cudnn", None) == "auto":
                layer.use_cudnn = False  # which XLA has no kernel for
        self._set_objective(beta, free_bits, kl_warmup_steps, seed, binarize, relocation)

    def get_compile_config(self) -> None:
        """None: what is saved is the model, not its training; that is in the run's configuration."""
        return

    def build(self, input_shape: Any) -> None:
        # Keras builds the parts of a loaded model before the whole.
        if not self.encoder.built:
            self.encoder.build(input_shape)
        if not self.decoder.built:
            self.decoder.build((None, self.latent_dim))
        self.built = True

    def get_build_config(self) -> dict[str, Any]:
        return {"input_shape": [None, SIDE, SIDE]}

    def build_from_config(self, config: dict[str, Any]) -> None:
        self.build(config["input_shape"])

    def call(self, images: Tensor, training: bool = False, noise: Tensor | None = None) -> VAEOutputs:
        """Encodes, samples and decodes.

        Args:
            images: float32 [B, 28, 28] in [0, 1], or uint8 of 0 to 255.
            training: whether dropout is active.
            noise: float32 [B, L]; None draws it.
        """
        images = unit_interval(images)
        posterior = self.encoder(images, training=training)
        if noise is None:
            noise = keras.random.normal(tf.shape(posterior.z_mean))
        z = reparameterize(posterior, noise)
        return VAEOutputs(posterior.z_mean, posterior.z_log_var, z, self.decoder(z))

    def terms(self, images: Tensor, noise: Tensor, training: bool = False) -> Terms:
        """The loss's terms for float32 [B, 28, 28] images in [0, 1] and standard normal [B, L] noise."""
        return _terms(images, self(images, training=training, noise=noise))

    def kl_weight(self, step: Tensor) -> Tensor:
        """beta times the warm-up's part at a step, counted from 0."""
        if not self.kl_warmup_steps:
            return tf.constant(self.beta, tf.float32)
        return self.beta * tf.minimum(1.0, (tf.cast(step, tf.float32) + 1.0) / self.kl_warmup_steps)

    def step(self, images: Tensor) -> tuple[Tensor, Terms]:
        """One optimizer step on uint8 or float32 [B, 28, 28] images.

        Returns:
            The loss that was minimised (scalar, nats per image), and its terms.
        """
        step = tf.cast(self.optimizer.iterations.value, tf.int32)
        images = unit_interval(images)
        if self.binarize:
            uniform = tf.random.stateless_uniform(
                tf.shape(images), tf.stack([self.noise_seed, -1 - step]), alg=GENERATOR
            )
            images = tf.cast(uniform < images, tf.float32)
        shape = (tf.shape(images)[0], self.latent_dim)
        noise = tf.random.stateless_normal(shape, tf.stack([self.noise_seed, step]), alg=GENERATOR)
        return self._update(images, noise, self.kl_weight(step))

    def _plain_update(self, images: Tensor, noise: Tensor, kl_weight: Tensor) -> tuple[Tensor, Terms]:
        with tf.GradientTape() as tape:
            outputs = self(images, training=True, noise=noise)
            terms = _terms(images, outputs)
            loss = training_loss(terms, kl_weight, self.free_bits)
            if penalties := self.losses:  # of an encoder's layers, as Keras's own `fit` has them
                loss += tf.add_n(penalties)
            if self.relocation_weight:
                loss += self.relocation_weight * relocation(
                    images, outputs.z_mean, outputs.z, outputs.logits, kl_weight
                )
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss, terms

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return list(self.trackers.values())

    def _track(self, loss: Tensor, terms: Terms) -> dict[str, Tensor]:
        count = tf.shape(terms.bce)[0]
        self.trackers["loss"].update_state(loss, sample_weight=count)
        self.trackers["bce"].update_state(terms.bce)
        self.trackers["kl"].update_state(tf.reduce_sum(terms.kl, axis=-1))
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Keras's `fit` comes through here; labels, if given, are ignored."""
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self._track(*self.step(images))

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Keras's `evaluate` comes through here: BCE + KL at beta = 1, one posterior sample an image."""
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        images = unit_interval(images)
        terms = self.terms(images, keras.random.normal((tf.shape(images)[0], self.latent_dim)))
        return self._track(training_loss(terms, tf.constant(1.0)), terms)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            "encoder": serialize(self.encoder),
            "decoder": serialize(self.decoder),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> VAE:
        deserialize = keras.saving.deserialize_keras_object
        config = dict(config)
        return cls(deserialize(config.pop("encoder")), deserialize(config.pop("decoder")), **config)


def _terms(images: Tensor, outputs: VAEOutputs) -> Terms:
    return Terms(
        bernoulli_cross_entropy(images, outputs.logits), gaussian_kl(outputs.z_mean, outputs.z_log_var)
    )


def unit_interval(images: Tensor) -> Tensor:
    """Grey values as Bernoulli means: uint8 0..255 become float32 0..1; float32 stays as it is."""
    images = tf.convert_to_tensor(images)
    return tf.cast(images, tf.float32) / 255.0 if images.dtype == tf.uint8 else tf.cast(images, tf.float32)
