"""Keras optimizers and learning-rate schedules from the configuration."""

from __future__ import annotations

from typing import Any

import keras

from lstm_vae.config.sections import TrainingConfig

OPTIMIZERS: dict[str, type] = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}


def learning_rate(config: TrainingConfig, steps_per_epoch: int) -> Any:
    """A number, or a Keras schedule over steps.

    `cosine` is Loshchilov & Hutter's (2017) decay without restarts, over the epochs after the warm-up.
    """
    warmup = round(config.lr_warmup_epochs * steps_per_epoch)
    if config.schedule == "constant" and not warmup:
        return config.learning_rate
    decay = max(1, config.epochs * steps_per_epoch - warmup)
    # A cosine that ends where it began is a constant: that is how Keras's schedule gives its warm-up alone.
    end = config.final_learning_rate if config.schedule == "cosine" else 1.0
    if not warmup:
        return keras.optimizers.schedules.CosineDecay(config.learning_rate, decay, alpha=end)
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay, alpha=end, warmup_target=config.learning_rate, warmup_steps=warmup
    )


def build_optimizer(config: TrainingConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer that `training.optimizer` names, clipping gradients by their global norm if asked."""
    arguments: dict[str, Any] = {"learning_rate": learning_rate(config, steps_per_epoch)}
    if config.weight_decay is not None:
        arguments["weight_decay"] = config.weight_decay
    if config.clipnorm is not None:
        arguments["global_clipnorm"] = config.clipnorm
    return OPTIMIZERS[config.optimizer](**arguments)
