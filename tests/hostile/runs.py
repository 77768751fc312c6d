"""A real run, and the commands that read one that was sent."""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from lstm_vae import evaluate, generate
from lstm_vae.command import exits
from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import cached_splits
from lstm_vae.errors import UserError
from lstm_vae.run.folder import RunFolder
from lstm_vae.run.resume import require_same_data, resumed_config
from tests.hostile.watching import Place, watched

FILES = ("config.yaml", "record.json", "history.csv", "checkpoints/last.npz", "model.keras")
WEIGHTS = "model.weights.h5"


class Canary:
    """What a pickle may bring: code that runs when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch canary",)


def commands(place: Place) -> dict[str, Callable[[], Any]]:
    """Every command that reads a run's folder, by name; `resume` up to where training would begin."""
    return {
        "load": lambda: _refusing(lambda: _load(place)),
        "evaluate": lambda: _main(evaluate.main, str(place.sent)),
        "generate": lambda: _main(
            generate.main, str(place.sent), "--count=4", f"--out={place.sent}/picture.png", "--force"
        ),
        "resume": lambda: _refusing(lambda: _resume(place)),
    }


def _load(place: Place) -> None:
    import lstm_vae

    lstm_vae.load(place.sent)


def _resume(place: Place) -> None:
    """What `training.resume` does before the first new step."""
    from lstm_vae.model import build_vae
    from lstm_vae.training import checkpoint, history
    from lstm_vae.training.stop import StopSignals
    from lstm_vae.training.trainer import Trainer, TrainingFiles

    asked = RunConfig().replace(training__resume=str(place.sent), training__epochs=7)
    config = resumed_config(asked, ["training.epochs=7"])
    splits = cached_splits(config.data, config.training.batch_size)
    require_same_data(config, splits)
    folder = RunFolder(place.sent)
    files = TrainingFiles(folder.history, folder.last, folder.best)
    trainer = Trainer(build_vae(config), splits, config, files, [], StopSignals())
    if folder.last.exists():
        progress = checkpoint.restore(folder.last, trainer._state)
        history.keep_through(folder.history, progress.epoch)


def _refusing(call: Callable[[], None]) -> int:
    try:
        call()
    except UserError as error:
        exits.complain(str(error))
        return 2
    return 0


def _main(main: Callable[[], None], *words: str) -> int:
    before = sys.argv
    sys.argv = ["command", *words]
    os.environ.pop("HYDRA_FULL_ERROR", None)
    try:
        exits.run(main)
    finally:
        sys.argv = before
        os.environ.pop("HYDRA_FULL_ERROR", None)


def wrongs(place: Place, names: tuple[str, ...] = ()) -> list[str]:
    """What commands did that they must not, a line each."""
    found = []
    for name, run in commands(place).items():
        if names and name not in names:
            continue
        outcome = watched(place, run)
        found += [f"{name}: {what}; stderr: {outcome.err[:300]!r}" for what in outcome.wrong]
    return found


def npz_variants(path: Path) -> dict[str, Callable[[], None]]:
    """Training states that are none, by what is wrong with them."""
    with np.load(path) as archive:
        arrays = dict(archive)
    first = "0000"

    def header(kind: str, *shape: int, content: bytes = b"") -> bytes:
        return _npy({"descr": kind, "fortran_order": False, "shape": shape}, content)

    def saved(**changes: Any) -> Callable[[], None]:
        return lambda: np.savez(path, **{name: a for name, a in (arrays | changes).items() if a is not None})

    def with_member(name: str, content: bytes, method: int = zipfile.ZIP_STORED) -> Callable[[], None]:
        def write() -> None:
            np.savez(path, **{own: array for own, array in arrays.items() if own != name})
            with zipfile.ZipFile(path, "a", method) as archive:
                archive.writestr(f"{name}.npy", content)

        return write

    progress = [{"epoch": "x"}, {"epoch": -1}, {"epoch": 10**30}, {"epoch": 1.5}, {"epoch": None}, [], 5]
    progress += [{"epoch": 2, "best_epoch": []}, {"epoch": 2, "best_val_loss": float("nan")}, {"further": 1}]
    return {
        "no progress": saved(progress=None),
        "no arrays": lambda: np.savez(path, progress=arrays["progress"]),
        "one array less": saved(**{first: None}),
        "one array more": saved(zzzz=np.zeros(3)),
        "another shape": saved(**{first: np.zeros((3, 3, 3))}),
        "another type": saved(**{first: arrays[first].astype(np.complex128)}),
        "texts": saved(**{first: np.full(arrays[first].shape, "x")}),
        "not finite": saved(**{first: np.full_like(arrays[first], np.nan)}),
        "objects": with_member(first, header("|O", 1, content=_pickle())),
        "objects as progress": with_member("progress", header("|O", content=_pickle())),
        "a huge shape": with_member(first, header("<f4", 10**15)),
        "a negative shape": with_member(first, header("<f4", -4)),
        "a huge text": with_member("progress", header("<U900000000")),
        "code in a header": with_member(first, _magic(b"{'descr': __import__('os').system('touch canary')}")),
        "a bomb": with_member(
            first,
            header("|u1", 2**29, content=bytes(2**29)),
            zipfile.ZIP_DEFLATED,
        ),
        "a pickle": lambda: _put(path, _pickle()),
        "one array": lambda: _put(path, header("<f4", 10**12)),
        **{f"progress {said!r}": saved(progress=np.array(json.dumps(said))) for said in progress},
    }


def keras_variants(path: Path) -> dict[str, Callable[[], None]]:
    """Model files that are none, or more than one, by what is wrong with them."""
    import h5py

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def saved(method: Any = zipfile.ZIP_STORED, **changes: Any) -> Callable[[], None]:
        def write() -> None:
            with zipfile.ZipFile(path, "w", method) as new:
                for name, content in (members | changes).items():
                    if content is not None:
                        new.writestr(name, content)

        return write

    def weights(change: Callable[[Any], None]) -> Callable[[], None]:
        file = io.BytesIO(members[WEIGHTS])
        with h5py.File(file, "r+") as opened:
            change(opened)
        return saved(**{WEIGHTS: file.getvalue()})

    def link(file: Any) -> None:
        file["elsewhere"] = h5py.ExternalLink("/etc/hostname", "/")

    def soft_link(file: Any) -> None:
        file["elsewhere"] = h5py.SoftLink("/nowhere")

    def virtual(file: Any) -> None:
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[:] = h5py.VirtualSource("/etc/hostname", "x", shape=(4,))
        file.create_virtual_dataset("virtual", layout)

    def external(file: Any) -> None:
        file.create_dataset("external", shape=(4,), dtype="u1", external=[("/etc/hostname", 0, 4)])

    def promise(file: Any) -> None:
        file.create_dataset("promise", shape=(10**12,), dtype="f4", chunks=(1000,))

    def cycle(file: Any) -> None:
        file["cycle"] = file["/"]

    def undefined(file: Any) -> None:
        file.visititems(lambda _, own: own.write_direct(np.full(own.shape, np.nan, own.dtype))
                        if isinstance(own, h5py.Dataset) and own.dtype == np.float32 else None)  # fmt: skip

    code = {"module": "os", "class_name": "system", "config": {"command": "touch canary"}}
    function = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}
    lambda_ = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}
    configs = {
        "a config that names code": json.dumps({**code, "registered_name": "os>system"}).encode(),
        "a config that names a function": json.dumps(function).encode(),
        "a config with a lambda": json.dumps({"class_name": "Lambda", "module": "keras.layers",
                                              "config": {"function": lambda_}}).encode(),
        "a config that is none": b"[" * 50_000,
    }  # fmt: skip
    return {
        "no weights": saved(**{WEIGHTS: None}),
        "no HDF5": saved(**{WEIGHTS: b"x" * len(members[WEIGHTS])}),
        "half the weights": saved(**{WEIGHTS: members[WEIGHTS][: len(members[WEIGHTS]) // 2]}),
        "a bomb": saved(zipfile.ZIP_DEFLATED, **{WEIGHTS: bytes(2**29)}),
        "a link": weights(link),
        "a soft link": weights(soft_link),
        "values elsewhere": weights(external),
        "a view of values elsewhere": weights(virtual),
        "values without room": weights(promise),
        "a cycle": weights(cycle),
        "not finite": weights(undefined),
        "a member above the folder": saved(**{"../../outside/letter.txt": b"gone"}),
        **{name: saved(**{"config.json": content}) for name, content in configs.items()},
    }


def _pickle() -> bytes:
    return pickle.dumps(Canary())


def _npy(header: dict[str, Any], content: bytes = b"") -> bytes:
    file = io.BytesIO()
    npy.write_array_header_1_0(file, header)
    return file.getvalue() + content


def _magic(header: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header + b"\n").to_bytes(2, "little") + header + b"\n"


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
