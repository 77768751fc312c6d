"""Loading a finished run's model.

What a `.keras` file says of its model is not read: the run's configuration says what the model is, and of the
file only the weights are taken. So it names no class, no function and no module that anything would look up.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_vae.atomic import opened
from lstm_vae.config.encoder_kinds import is_elsewhere
from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import UserError
from lstm_vae.process.runtime import without_chatter
from lstm_vae.run.encoder_source import require_known_encoder
from lstm_vae.run.folder import RunFolder

if TYPE_CHECKING:
    from lstm_vae.model import VAE

WEIGHTS = "model.weights.h5"  # Keras's own name in a .keras file
MOST = 16 * 2**30  # bytes of a .keras file
PACKED = 20  # times; weights hardly shrink, and Keras does not pack them
LAYERS = 1000
LEAST = 512  # bytes that a layer takes beside its weights
SIDE = 28


def load(run: str | os.PathLike[str]) -> VAE:
    """Loads the model of a finished run: the last epoch's weights, those that its record scores.

    No code comes with a run. An encoder that is not one of this project's must be imported already, be
    installed, or be in a folder that `PYTHONPATH` names.

    Args:
        run: the run's folder.

    Raises:
        UserError: there is no such run, it has no model yet, its files are damaged, or it names an encoder
            that is not the user's own.
    """
    folder = RunFolder(Path(run))
    config = folder.read_config()
    if not folder.model.exists():
        raise UserError(f"{folder.path}: has no model.keras yet; training.resume={folder.path} finishes it")
    require_known_encoder(config.encoder.kind)
    try:
        weights = _weights(folder.model)
        require_plausible(config, len(weights))
    except OSError as error:
        raise UserError(f"{folder.model}: cannot be loaded ({error.strerror or error})") from None
    except Exception as error:  # zipfile lets through what its parts raise
        raise UserError(f"{folder.model}: cannot be loaded ({_first_line(error)})") from None

    from lstm_vae.model.builder import assembled

    vae = assembled(config)
    try:
        _take(vae, weights)
    except Exception as error:  # so do HDF5 and Keras
        raise UserError(f"{folder.model}: cannot be loaded ({_first_line(error)})") from None
    return vae


def _weights(path: Path) -> bytes:
    """The HDF5 file in a `.keras` file."""
    with opened(path, MOST) as file, zipfile.ZipFile(file) as archive:
        info = archive.getinfo(WEIGHTS)
        if info.file_size > PACKED * info.compress_size + 2**20:
            raise ValueError(f"{WEIGHTS} grows from {info.compress_size} to {info.file_size} bytes")
        with archive.open(info) as member:
            content = member.read(info.file_size + 1)
    return content


def require_plausible(config: RunConfig, size: int) -> None:
    """Raises `ValueError` for a configuration of more weights than so many bytes hold, before room is made
    for them."""
    layers = sum(
        map(len, (config.encoder.hidden, config.encoder.fc, config.decoder.fc, config.decoder.filters))
    )
    if layers > LAYERS or layers * LEAST + 4 * least_parameters(config) > size:
        raise ValueError("it holds fewer weights than the model of config.yaml has")


def least_parameters(config: RunConfig) -> int:
    """So many weights a configuration's model has at least; what stands before the fully connected layers of
    an encoder that is elsewhere is not known."""
    with without_chatter():
        from lstm_vae.model.builder import encoder_class

    encoder, decoder = config.encoder, config.decoder
    directions = 2 if encoder.bidirectional else 1
    gates = 0 if is_elsewhere(encoder.kind) else encoder_class(encoder.kind).gates
    total, width = 0, SIDE
    for units in encoder.hidden:
        total += directions * gates * units * (width + units + 1)
        width = directions * units
    if is_elsewhere(encoder.kind):
        total, width = 0, 0
    for units in encoder.fc:
        total, width = total + (width + 1) * units, units
    total, width = total + 2 * (width + 1) * encoder.latent_dim, encoder.latent_dim
    for units in decoder.fc:
        total, width = total + (width + 1) * units, units
    side = SIDE // 2 ** min(2, len(decoder.filters))
    total += (width + 1) * side * side * decoder.filters[0]
    channels = decoder.filters[0]
    for count in (*decoder.filters, 1):
        total += 9 * channels * count + count
        channels = count
    return total


def _take(vae: Any, weights: bytes) -> None:
    import h5py

    with tempfile.TemporaryDirectory(prefix="lstm_vae-") as place:
        path = Path(place) / WEIGHTS
        path.write_bytes(weights)
        with h5py.File(path, "r") as file:
            _require_own_values(file, len(weights))
        vae.load_weights(path)
    if not all(np.isfinite(weight.numpy()).all() for weight in vae.weights):
        raise ValueError("it holds weights that are not finite")


def _require_own_values(file: Any, size: int) -> None:
    """Refuses an HDF5 file whose values are in other files, or are more than it has room for."""
    import h5py

    groups, seen_addresses, total = [file], set(), 0
    while groups:
        group = groups.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen_addresses:
            continue
        seen_addresses.add(address)
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name} is a link")
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append(item)
                continue
            if not isinstance(item, h5py.Dataset) or item.is_virtual or item.external or item.dtype.hasobject:
                raise ValueError(f"{name} holds no plain values")
            total += int(item.size or 0) * item.dtype.itemsize
    if total > size:
        raise ValueError("it says that it holds more values than it has room for")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
