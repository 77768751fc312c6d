"""Where a study's folder says that the study is kept, when the folder may have been sent.

A journal is only read. A database is opened only where it holds the study already: Optuna makes its tables in
whatever it opens. Before a server is called, a line says which.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sweeps.errors import SweepError
from sweeps.study.storage import SQLITE, StorageLocation, told_by
from sweeps.system import received
from sweeps.text import one_line, shown

FILE = "study.journal"
SERVERS = ("postgresql", "mysql", "mariadb", "redis", "rediss", "grpc")


def origin(folder: Path, storage: object, study: str) -> StorageLocation:
    """The storage that a study's folder names.

    Args:
        folder: of the study.
        storage: as its `spec.yaml` has it; None for the journal in the folder.
        study: its name.

    Raises:
        SweepError: it is no kind of storage, or does not exist.
    """
    if storage is None:
        storage = FILE
    if not isinstance(storage, str) or not storage or "\0" in storage:
        raise SweepError(f"{folder / 'spec.yaml'}: storage={one_line(storage, 80)}: must be a path or a URL")
    location = told_by(storage, folder)
    if location.journal is not None:
        require_journal(location.journal)
        return location
    scheme = storage.partition("://")[0].partition("+")[0]
    if scheme == "sqlite":
        _require_study(_sqlite_path(location.url), study)
    elif scheme in SERVERS:
        try:
            parts = urlsplit(storage)
            options = parse_qs(parts.query)
            hosts = [parts.hostname or "", *options.get("host", []), *options.get("hostaddr", [])]
        except ValueError as error:
            raise SweepError(f"{folder / 'spec.yaml'}: storage: no URL ({error})") from None
        print(
            f"note: {shown(str(folder))}: its study is kept at {one_line(storage)}; "
            f"connecting to {one_line(', '.join(filter(None, hosts))) or 'this machine'}",
            file=sys.stderr,
            flush=True,
        )
    else:
        raise SweepError(
            f"{folder / 'spec.yaml'}: storage={one_line(storage)}: must be a journal or one of "
            + ", ".join(f"{name}://" for name in ("sqlite", *SERVERS))
        )
    return location


def require_journal(path: Path) -> None:
    """Refuses a journal that is missing, no file, or has a line of absurd length.

    Raises:
        SweepError: it does.
    """
    try:
        received.require_lines(path)
    except FileNotFoundError:
        raise SweepError(f"{path}: the study's journal is missing") from None
    except OSError as error:
        raise SweepError(f"{path}: cannot be read ({error.strerror})") from None


def _sqlite_path(url: str) -> Path:
    name, _, options = url.partition("://")[2].removeprefix("/").partition("?")
    named = url.startswith(SQLITE) and name and not name.startswith((":", "file:"))
    if not named or "uri" in unquote(options):
        raise SweepError(f"storage={url}: must name a file")
    return Path(name)


def _require_study(path: Path, study: str) -> None:
    try:
        with received.opened(path, 2**62):
            pass
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=100)) as database:
            row = database.execute("SELECT 1 FROM studies WHERE study_name = ?", (study,)).fetchone()
    except FileNotFoundError:
        raise SweepError(f"{path}: the study's database is missing") from None
    except OSError as error:
        raise SweepError(f"{path}: cannot be read ({error.strerror})") from None
    except (sqlite3.Error, ValueError) as error:
        raise SweepError(f"{path}: no database of Optuna's ({one_line(error, 200)})") from None
    if row is None:
        raise SweepError(f"{path}: holds no study {one_line(study, 80)}")
