"""Loading a finished run's model."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_vae.errors import UserError
from lstm_vae.run_folder import RunFolder

if TYPE_CHECKING:
    from lstm_vae.model import VAE


def load(run: str | os.PathLike[str]) -> VAE:
    """Loads the model of a finished run: the last epoch's weights, those that its record scores.

    Keras's safe mode is on: a model file cannot bring code. The run's encoder class is imported by the name
    in its configuration if it is not one of this project's.

    Args:
        run: the run's folder.

    Raises:
        UserError: there is no such run, it has no model yet, or its files are damaged.
    """
    folder = RunFolder(Path(run))
    config = folder.read_config()
    if not folder.model.exists():
        raise UserError(f"{folder.path}: has no model.keras yet; training.resume={folder.path} finishes it")

    import keras

    from lstm_vae.model.builder import encoder_class

    encoder_class(config.encoder.kind)
    try:
        vae: VAE = keras.saving.load_model(folder.model, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{folder.model}: cannot be loaded ({str(error).splitlines()[0]})") from None
    return vae
