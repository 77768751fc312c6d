"""A model's weights in a file of their own, `.weights.h5`, as Keras writes and reads them."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

from lstm_vae.atomic import replacing

_MEMBER = "model.weights.h5"  # of every `.keras` file


def save(path: Path, model: Any) -> None:
    """Writes what `model.save_weights` writes; the file is either the old one or the new one.

    HDF5 does not survive a full disk: its library closes what it could not write again and again, until it
    ends the process. The weights of a `.keras` file it writes to memory, so they are taken from one.

    Raises:
        OSError: it cannot be written; the old file stands.
    """
    with replacing(path) as partial:
        whole = partial.with_name(f"{partial.name}.keras")
        try:
            model.save(whole)
            with (
                zipfile.ZipFile(whole) as archive,
                archive.open(_MEMBER) as source,
                partial.open("wb") as out,
            ):
                shutil.copyfileobj(source, out)
        finally:
            whole.unlink(missing_ok=True)
