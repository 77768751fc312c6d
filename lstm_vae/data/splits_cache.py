"""Splits prepared once for all processes: plain arrays in the per-user cache, mapped into memory.

Unpacking, checking and splitting 70,000 images takes each process a third of a second and 55 MB of its own.
Mapped, they take a third of that time, and memory that all processes share.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import mapped_splits
from lstm_vae.data.sources import cache_folder, source_files
from lstm_vae.data.splits import Splits, load_splits, require_batch, require_unnamed

FORMAT = 2  # of the files, and of all that decides which image goes where; another one makes all anew


def prepared_splits(config: DataConfig, batch_size: int = 1) -> Splits:
    """The splits of `load_splits`, from the cache where it holds them, else by way of the cache.

    A cache that cannot be written, and cached splits that are damaged, cost a line on stderr and no run.

    Args:
        config: which data and how.
        batch_size: the training set must hold at least so many images.

    Returns:
        the splits, their arrays read-only where they come from the cache.

    Raises:
        UserError: as `load_splits`.
    """
    require_unnamed(config)
    identity = _identity(config)
    if identity is None:
        return load_splits(config, batch_size)
    root = cache_folder("prepared")
    folder = root / hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
    splits = _opened(folder, config.name, identity) or _made(folder, config, identity)
    require_batch(len(splits.train), batch_size)
    return splits


# What is checked before a run starts is what it trains on; the arrays are not to be written to.
cached_splits = functools.lru_cache(maxsize=1)(prepared_splits)


def _identity(config: DataConfig) -> dict[str, Any] | None:
    """All that decides about the splits; None where the data set is in no files whose change would be seen.

    A file that has been touched is read anew, and so refused where it is not what it should be.
    """
    files = []
    for path in source_files(config):
        try:
            state = path.stat()
        except OSError:
            return None  # reading it says what is wrong with it
        files.append([str(path.resolve()), state.st_size, state.st_mtime_ns, state.st_ctime_ns])
    if not files:
        return None
    return {
        "format": FORMAT,
        "name": config.name,
        "verify": config.verify,
        "limit": config.limit,
        "split_seed": config.split_seed,
        "binarize": config.binarize,
        "files": files,
    }


def _opened(folder: Path, name: str, identity: dict[str, Any]) -> Splits | None:
    try:
        return mapped_splits.open_splits(folder, name, identity)
    except (OSError, ValueError) as error:
        if os.path.lexists(folder):
            what = f"{Path(error.filename).name} is missing" if isinstance(error, FileNotFoundError) else ""
            _note(f"{folder}: prepared images are damaged ({what or _reason(error)}); they are made anew")
    return None


def _made(folder: Path, config: DataConfig, identity: dict[str, Any]) -> Splits:
    splits = load_splits(config)
    if _identity(config) != identity:
        return splits  # the files have changed meanwhile
    try:
        mapped_splits.save_splits(folder, splits, identity)
        return mapped_splits.open_splits(folder, config.name, identity)
    except (OSError, ValueError) as error:
        _note(
            f"{folder.parent}: cannot be used for prepared images ({_reason(error)}); this process keeps "
            "its own in memory"
        )
        return splits


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error).splitlines()[0]


@functools.cache
def _note(message: str) -> None:
    """Says it once in a process."""
    print(f"note: {message}", file=sys.stderr, flush=True)
