"""Splits in a folder: `.npy` files that many processes map, and an account of what they are.

A folder appears whole, by one rename. What is mapped must have the fingerprint that the account names: the
SHA-256 of 55 MB takes 20 ms where the processor has instructions for it, as long as CRC-32, else 0.2 s.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_vae.data.splits import Split, Splits

KEPT = 8  # folders; the oldest go when a further one is made
ACCOUNT = "account.json"
PARTS = ("train", "validation", "test")


def open_splits(folder: Path, name: str, identity: dict[str, Any]) -> Splits:
    """Maps the splits that `save_splits` wrote; the arrays are read-only, their pages shared.

    Args:
        folder: of the splits.
        name: of the data set.
        identity: what the splits must have been made from, plain JSON.

    Raises:
        FileNotFoundError: the folder or a file of it is missing.
        OSError: a file cannot be read.
        ValueError: a file is truncated or changed, or the splits are others.
    """
    account = json.loads((folder / ACCOUNT).read_text(encoding="utf-8"))
    if not isinstance(account, dict) or account.get("identity") != identity:
        raise ValueError(f"{ACCOUNT} tells of others")
    parts = {
        part: Split(_mapped(folder / f"{part}_images.npy", 3), _mapped(folder / f"{part}_labels.npy", 1))
        for part in PARTS
    }
    splits = Splits(name, **parts)
    if splits.fingerprint != account.get("fingerprint"):
        raise ValueError(f"fingerprint {splits.fingerprint}, must be {account.get('fingerprint')}")
    return splits


def save_splits(folder: Path, splits: Splits, identity: dict[str, Any]) -> None:
    """Writes splits into `folder`, in the place of what stood there; other processes may do so, too.

    Raises:
        OSError: it cannot be written.
    """
    root = folder.parent
    root.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=root, prefix=".partial-"))
    try:
        new = partial / "new"
        new.mkdir()
        for part in PARTS:
            split: Split = getattr(splits, part)
            np.save(new / f"{part}_images.npy", split.images, allow_pickle=False)
            np.save(new / f"{part}_labels.npy", split.labels, allow_pickle=False)
        account = json.dumps({"fingerprint": splits.fingerprint, "identity": identity}, indent=2)
        (new / ACCOUNT).write_text(account + "\n", encoding="utf-8")
        if folder.exists():
            folder.rename(partial / "old")
        new.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _forget_oldest(root)


def _mapped(path: Path, dims: int) -> NDArray[np.uint8]:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # of a damaged header NumPy lets through what its tokenizer and parser raise
        raise ValueError(f"{path.name}: {error}") from None
    if not isinstance(array, np.memmap) or array.dtype != np.uint8 or array.ndim != dims:
        raise ValueError(f"{path.name} holds other arrays")
    return array.view(np.ndarray)


def _forget_oldest(root: Path) -> None:
    def age(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except OSError:  # another process has removed it
            return 0.0

    for path in sorted(root.iterdir(), key=age)[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
