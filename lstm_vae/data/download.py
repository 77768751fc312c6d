"""Fetching a published data set's files into the per-user cache, whole or not at all."""

from __future__ import annotations

import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from lstm_vae.atomic import sync_folder
from lstm_vae.errors import UserError

TIMEOUT_SECONDS = 10
CHUNK = 1 << 16


class DownloadError(Exception):
    """A mirror did not give the file; the message says why, in a few words."""


def download(
    mirror: str, names: Iterable[str], folder: Path, title: str, check: Callable[[Path], object]
) -> None:
    """Downloads `<mirror><name>.gz` for every name, and moves them into `folder` when all are right.

    Args:
        mirror: address of a folder.
        names: of files, without `.gz`.
        folder: made if need be.
        title: shown beside the progress bar.
        check: given the downloaded files' folder, raises `UserError` if they are not what they should be.

    Raises:
        DownloadError: the mirror cannot be reached, refuses, breaks off, or gives something else.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as partial,
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
    ):
        files = [Path(partial) / f"{name}.gz" for name in names]
        for file in files:
            _download_one(mirror + file.name, file, progress, f"{title} {file.name}")
        try:
            check(Path(partial))
        except UserError as error:
            raise DownloadError(f"gave something else: {str(error).replace(partial, mirror)}") from None
        for file in files:
            with file.open("rb+") as whole:
                os.fsync(whole.fileno())
            file.replace(folder / file.name)
        sync_folder(folder)


def _download_one(url: str, target: Path, progress: Progress, title: str) -> None:
    try:
        response = urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        raise DownloadError(str(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(str(error) or type(error).__name__) from None
    with response, target.open("wb") as out:
        size = int(response.headers.get("Content-Length") or 0) or None
        task = progress.add_task(title, total=size)
        bytes_done = 0
        while chunk := _read(response):
            out.write(chunk)
            bytes_done += len(chunk)
            progress.advance(task, len(chunk))
        if size is not None and bytes_done != size:
            raise DownloadError("broke off")


def _read(response: http.client.HTTPResponse) -> bytes:
    """The next bytes. Only the network's errors become the mirror's: a full disk is not its fault."""
    try:
        return response.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(str(error) or type(error).__name__) from None
