"""From a configuration to a Keras model."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import keras

from lstm_vae.atomic import one_line
from lstm_vae.config import encoder_kinds
from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import UserError
from lstm_vae.model.decoder import SIDE, Decoder
from lstm_vae.model.encoder import Encoder
from lstm_vae.model.vae import VAE


def encoder_class(kind: str) -> type[Encoder]:
    """The class that `encoder.kind` names: one of ours, or `package.module.Class` of anyone's.

    Raises:
        UserError: there is no such class, or it is not derived from `Encoder`.
    """
    if kind in encoder_kinds.known_kinds():
        return _own(importlib.import_module(f"{encoder_kinds.PACKAGE}.{kind}"))
    module, _, name = kind.rpartition(".")
    try:
        candidate = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise UserError(f"encoder.kind={kind}: must be {encoder_kinds.allowed()} ({error})") from None
    if not (isinstance(candidate, type) and issubclass(candidate, Encoder)) or inspect.isabstract(candidate):
        raise UserError(f"encoder.kind={kind}: must be {encoder_kinds.allowed()}")
    return candidate


def _own(module: ModuleType) -> type[Encoder]:
    """The encoder that a module of this package defines."""
    encoders = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Encoder) and item.__module__ == module.__name__
    ]
    assert len(encoders) == 1, f"{module.__name__}: must define one encoder"
    return encoders[0]


def build_vae(config: RunConfig) -> VAE:
    """Builds the VAE, its initial weights drawn from `training.seed`.

    Returns:
        a built model: images float32 [B, 28, 28] -> `VAEOutputs`.

    Raises:
        UserError: `encoder.kind` names no encoder.
    """
    keras.utils.set_random_seed(config.training.seed)
    return assembled(config)


def assembled(config: RunConfig) -> VAE:
    """The same with initial weights that are drawn from Keras's generator as it stands: for a model whose
    weights are read from a file.

    Raises:
        UserError: `encoder.kind` names no encoder, or one that cannot be made so.
    """
    encoder, decoder, precision = config.encoder, config.decoder, config.training.precision
    vae = VAE(
        encoder=_encoder(config),
        decoder=Decoder(
            fc=decoder.fc,
            filters=decoder.filters,
            activation=decoder.activation,
            latent_dim=encoder.latent_dim,
            precision=precision,
            name="decoder",
        ),
        name="vae",
    )
    vae.build((None, SIDE, SIDE))
    return vae


def _encoder(config: RunConfig) -> Encoder:
    settings = config.encoder
    kind = encoder_class(settings.kind)
    try:
        encoder = kind(
            hidden=settings.hidden,
            fc=settings.fc,
            activation=settings.activation,
            bidirectional=settings.bidirectional,
            latent_dim=settings.latent_dim,
            dropout=settings.dropout,
            precision=config.training.precision,
            options=settings.options,
            name="encoder",
        )
        encoder.build((None, SIDE, SIDE))
    except Exception as error:  # its own code may raise anything
        if not encoder_kinds.is_elsewhere(settings.kind):
            raise
        why = one_line(error, 300) or type(error).__name__
        options = f" with encoder.options={settings.options}" if settings.options else ""
        raise UserError(f"encoder.kind={settings.kind}: cannot be made{options} ({why})") from error
    return encoder
