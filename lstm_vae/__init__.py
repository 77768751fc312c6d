"""LSTM-encoder variational autoencoders: one run, from configuration to record.

Importing this package imports neither TensorFlow nor Keras; `load` and the model classes do when first used.
"""

from typing import Any

__version__ = "0.1.0"
__all__ = ["RunConfig", "__version__", "build_vae", "load"]


def __getattr__(name: str) -> Any:
    if name == "load":
        from lstm_vae.run.loading import load

        return load
    if name == "build_vae":
        from lstm_vae.model import build_vae

        return build_vae
    if name == "RunConfig":
        from lstm_vae.config.run_config import RunConfig

        return RunConfig
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
