"""Fetching a published data set's files into the per-user cache, whole or not at all."""

from __future__ import annotations

import http.client
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

TIMEOUT_SECONDS = 10
CHUNK = 1 << 16


class DownloadError(Exception):
    """A mirror did not give the file; the message says why, in a few words."""


def download(mirror: str, names: Iterable[str], folder: Path, title: str) -> None:
    """Downloads `<mirror><name>.gz` for every name, and moves them into `folder` when all are there.

    Contents are checked by the reader, by their SHA-256, each time they are read.

    Raises:
        DownloadError: the mirror cannot be reached, refuses or breaks off.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as partial,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        files = [Path(partial) / f"{name}.gz" for name in names]
        for file in files:
            _download_one(mirror + file.name, file, progress, f"{title} {file.name}")
        for file in files:
            file.replace(folder / file.name)


def _download_one(url: str, target: Path, progress: Progress, title: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            size = int(response.headers.get("Content-Length") or 0) or None
            task = progress.add_task(title, total=size)
            with target.open("wb") as out:
                while chunk := response.read(CHUNK):
                    out.write(chunk)
                    progress.advance(task, len(chunk))
            if size is not None and target.stat().st_size != size:
                raise DownloadError("broke off")
    except urllib.error.HTTPError as error:
        raise DownloadError(f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        raise DownloadError(str(error.reason)) from None
    except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
        raise DownloadError(str(error) or type(error).__name__) from None
