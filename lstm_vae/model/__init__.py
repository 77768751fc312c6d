"""The model: encoder, decoder, VAE and the loss."""

from lstm_vae.model.builder import build_vae
from lstm_vae.model.decoder import Decoder
from lstm_vae.model.encoder import Encoder, Posterior
from lstm_vae.model.encoders.lstm import LSTMEncoder
from lstm_vae.model.initialization import spread_means
from lstm_vae.model.losses import Terms, bernoulli_cross_entropy, gaussian_kl, training_loss
from lstm_vae.model.vae import VAE, VAEOutputs, reparameterize

__all__ = [
    "VAE",
    "Decoder",
    "Encoder",
    "LSTMEncoder",
    "Posterior",
    "Terms",
    "VAEOutputs",
    "bernoulli_cross_entropy",
    "build_vae",
    "gaussian_kl",
    "reparameterize",
    "spread_means",
    "training_loss",
]
