"""What every encoder has from its base: the stack, dropout, two heads, a configuration that makes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from lstm_vae.config.encoder_kinds import known_kinds
from lstm_vae.model.builder import encoder_class
from lstm_vae.model.decoder import Decoder
from lstm_vae.model.encoder import Encoder, Posterior
from lstm_vae.model.vae import VAE

IMAGES = np.random.default_rng(0).random((5, 28, 28), np.float32)


@keras.saving.register_keras_serializable(package="tests")
class SimpleEncoder(Encoder):
    """One that says only what a recurrent layer is."""

    def recurrent_layer(self, units: int, return_sequences: bool) -> Any:
        return keras.layers.SimpleRNN(
            units, return_sequences=return_sequences, dtype=self.precision, **self.options
        )


@keras.saving.register_keras_serializable(package="tests")
class PatchEncoder(SimpleEncoder):
    """Reads an image as another sequence, through layers of its own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.norm = keras.layers.LayerNormalization(name="norm")
        self.stem = keras.layers.Dense(9, name="stem", kernel_regularizer="l2")

    def features(self, images: Any, training: bool = False) -> Any:
        patches = keras.ops.reshape(images, (-1, 14, 56))
        return super().features(self.stem(self.norm(patches)), training)


@keras.saving.register_keras_serializable(package="tests")
class CallingEncoder(SimpleEncoder):
    """Has a layer that only its own `call` knows."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.norm = keras.layers.LayerNormalization(name="norm")

    def call(self, images: Any, training: bool = False) -> Posterior:
        return super().call(self.norm(images), training)


@pytest.mark.parametrize("kind", [PatchEncoder, CallingEncoder])
def test_layers_of_its_own_are_built_saved_and_loaded(kind: type[Encoder], tmp_path: Path) -> None:
    encoder = kind(hidden=[6], fc=[5], name="encoder")
    encoder.build((None, 28, 28))
    names = {weight.path.split("/")[-2] for weight in encoder.weights}
    assert {"norm", "z_mean", "z_log_var"} <= names
    count = len(encoder.weights)
    z_mean = encoder(IMAGES).z_mean
    assert len(encoder.weights) == count
    vae = VAE(encoder, Decoder(filters=(4, 2), latent_dim=2, name="decoder"), name="vae")
    vae.build((None, 28, 28))
    vae.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encoder(IMAGES).z_mean, z_mean)


def test_penalties_of_its_layers_are_minimised_too() -> None:
    vaes = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        vae = VAE(PatchEncoder(hidden=[6], fc=[5]), Decoder(filters=(4, 2), latent_dim=2))
        vae.build((None, 28, 28))
        vae.compile("sgd", seed=0)
        vaes.append(vae)
    vaes[1].encoder.stem.kernel.regularizer = None
    stem = vaes[0].encoder.stem.kernel.numpy()
    losses = [float(vae.step(IMAGES)[0]) for vae in vaes]
    assert losses[0] == pytest.approx(losses[1] + 0.01 * float(np.square(stem).sum()), rel=1e-4)


def built(**settings: Any) -> SimpleEncoder:
    encoder = SimpleEncoder(**settings)
    encoder.build((None, 28, 28))
    return encoder


def test_without_a_recurrent_layer_there_is_no_encoder() -> None:
    with pytest.raises(TypeError, match="recurrent_layer"):
        Encoder()


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("hidden", [[6], [6, 4]])
def test_recurrent_layers_read_all_rows_and_the_last_gives_one_step(
    hidden: list[int], bidirectional: bool
) -> None:
    encoder = built(hidden=hidden, fc=[], bidirectional=bidirectional)
    h, ways = IMAGES, 1 + bidirectional
    for number, units in enumerate(hidden):
        h = encoder.layers_before_heads[number](h)
        last = number == len(hidden) - 1
        assert h.shape == ((5, ways * units) if last else (5, 28, ways * units))
    np.testing.assert_array_equal(encoder(IMAGES).z_mean, encoder.mean_head(h))
    np.testing.assert_array_equal(encoder(IMAGES).z_log_var, encoder.log_var_head(h))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_dropout_follows_every_layer_but_the_heads(bidirectional: bool) -> None:
    encoder = built(hidden=[6, 4], fc=[3, 2], dropout=0.25, bidirectional=bidirectional)
    layers = encoder.layers_before_heads
    assert len(layers) == 8
    assert [isinstance(layer, keras.layers.Dropout) for layer in layers] == [False, True] * 4
    assert {layer.rate for layer in layers[1::2]} == {0.25}
    assert len(built(hidden=[6, 4], fc=[3, 2]).layers_before_heads) == 4


def test_only_the_recurrent_layers_have_the_precision_that_is_asked_for() -> None:
    encoder = built(hidden=[6, 4], fc=[3], bidirectional=True, precision="mixed_bfloat16")
    kinds = [layer.compute_dtype for layer in encoder.layers_before_heads]
    assert kinds == ["bfloat16", "bfloat16", "float32"]
    posterior = encoder(IMAGES)
    assert isinstance(posterior, Posterior)
    assert {part.dtype.name for part in posterior} == {"float32"}
    assert {tuple(part.shape) for part in posterior} == {(5, 2)}


SETTINGS = {
    "hidden": [6, 4], "fc": [3], "activation": "tanh", "bidirectional": True, "latent_dim": 3,
    "dropout": 0.25, "precision": "mixed_bfloat16", "options": {"use_bias": False}, "name": "its_own",
}  # fmt: skip


def test_its_configuration_makes_it_again() -> None:
    encoder = built(**SETTINGS)
    assert encoder.get_config() == SETTINGS
    again = SimpleEncoder.from_config(encoder.get_config())
    again.build((None, 28, 28))
    assert [v.shape for v in again.variables] == [v.shape for v in encoder.variables]
    again.set_weights(encoder.get_weights())
    np.testing.assert_array_equal(again(IMAGES).z_mean, encoder(IMAGES).z_mean)


def test_a_saved_one_is_found_again_by_its_class(tmp_path: Path) -> None:
    encoder = built(**SETTINGS)
    encoder.save(tmp_path / "encoder.keras")
    loaded = keras.saving.load_model(tmp_path / "encoder.keras")
    assert type(loaded) is SimpleEncoder
    for part, other in zip(encoder(IMAGES), loaded(IMAGES), strict=True):
        np.testing.assert_array_equal(part, other)


@pytest.mark.parametrize("kind", known_kinds())
def test_a_recurrent_layer_has_so_many_matrices_as_its_gates_say_or_more(kind: str) -> None:
    encoder = encoder_class(kind)(hidden=[6])
    encoder.build((None, 28, 28))
    assert encoder.layers_before_heads[0].count_params() >= encoder.gates * 6 * (28 + 6)
