"""Where a study is kept: a journal file, a database, Optuna's gRPC proxy. A password is kept nowhere."""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

import optuna
from optuna.storages import BaseStorage, JournalStorage, RDBStorage

from sweeps.errors import SweepError
from sweeps.study.journal import Journal
from sweeps.study.patience import LIMIT, AwayError, Patience
from sweeps.text import MASK, one_line

# Of the environment, which launchers' processes inherit; what else they are given may be pickled to a file.
SECRET = "SWEEPS_STORAGE_PASSWORD"
SQLITE = "sqlite:///"  # before the path of a file


@dataclass(frozen=True)
class StorageLocation:
    """A study's storage; opened anew in every process, since storage objects survive neither fork nor pickle.

    Attributes:
        url: a URL, or the absolute path of a journal file; a password is masked.
        password: that is masked there; None where the environment has it, or there is none. It is not
            pickled: see `hand_down`.
    """

    url: str
    password: str | None = field(default=None, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[StorageLocation], tuple[str]]:
        return StorageLocation, (self.url,)

    def hand_down(self) -> None:
        """Gives the password to the processes that this one starts, in their environment."""
        if self.password is not None:
            os.environ[SECRET] = self.password

    @property
    def journal(self) -> Path | None:
        """The path of a journal file; None of another storage."""
        return None if "://" in self.url else Path(self.url)

    @property
    def file(self) -> Path | None:
        """The file in which the study is: a journal, or SQLite's; None of a server."""
        if self.url.startswith(SQLITE):
            return Path(self.url.removeprefix(SQLITE).partition("?")[0])
        return self.journal

    def exists(self) -> bool:
        """Whether a file is there to be read; true of a server."""
        return self.file is None or self.file.is_file()

    def within(self, folder: Path) -> str:
        """How the study's own folder tells of it: a file in there by its path below, since folders move."""
        file = self.file
        if file is None or not file.is_relative_to(folder):
            return self.url
        below = str(file.relative_to(folder))
        return self.url.replace(str(file), below, 1) if self.url.startswith(SQLITE) else below

    def open(self, patience: float = 0.0) -> BaseStorage:
        """Connects.

        Args:
            patience: seconds that a database may be away later, once it has been reached.

        Raises:
            SweepError: it cannot be reached.
        """
        return self._opened(patience, connects=0.0)

    def reopen(self, patience: float = LIMIT) -> BaseStorage:
        """Connects to what another process of the sweep has reached before: it may be away now, too.

        Raises:
            SweepError: it cannot be reached.
            AwayError: it was away for too long.
        """
        return self._opened(patience, connects=patience)

    def _opened(self, patience: float, connects: float) -> BaseStorage:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            return self._open(patience, connects)
        except (SweepError, AwayError):
            raise
        except ImportError as error:
            raise SweepError(f"hydra.sweeper.storage={self.url}: {_need(self.url, error)}") from None
        except Exception as error:
            raise SweepError(
                f"hydra.sweeper.storage={self.url}: cannot be opened ({self._said(error)})"
            ) from None

    def _open(self, patience: float, connects: float) -> BaseStorage:
        scheme = urlsplit(self.url).scheme if "://" in self.url else ""
        if scheme == "":
            return JournalStorage(Journal(self.url))
        if scheme == "grpc":
            return _grpc(self.url)
        if scheme.startswith("redis"):
            return optuna.storages.get_storage(self._with_password())
        if self.file is not None and not self.file.parent.is_dir():
            raise SweepError(f"hydra.sweeper.storage={self.url}: its folder does not exist")
        return self._database(patience, connects)

    def _database(self, patience: float, connects: float) -> BaseStorage:
        # SQLAlchemy: not for a journal
        from sweeps.study.database import Database, is_away, said_of, url_of_file

        def shown(error: Exception) -> str:
            return self._said(said_of(error))

        url = _with_driver(self._with_password())
        if self.file is not None:
            url = url_of_file(self.file, self.url.partition("?")[2])
        backend = Patience(self.url, connects, is_away, shown).through(
            lambda: _retried(lambda: optuna.storages.RDBStorage(url, engine_kwargs=_options(url, patience)))
        )
        return Database(backend, Patience(self.url, patience, is_away, shown))

    def _with_password(self) -> str:
        parts = urlsplit(self.url)
        if parts.password != MASK:
            return self.url
        password = self._password
        if password is None:
            raise SweepError(f"hydra.sweeper.storage={self.url}: its password is needed in {SECRET}")
        return self.url.replace(f":{MASK}@", f":{quote(password, safe='')}@", 1)

    @property
    def _password(self) -> str | None:
        return os.environ.get(SECRET) if self.password is None else self.password

    def _said(self, error: object) -> str:
        text = one_line(error, 300)
        secret = self._password
        for form in (secret, quote(secret, safe="")) if secret else ():
            text = text.replace(form, MASK)
        return text


def told_by(text: str, folder: Path) -> StorageLocation:
    """The location that a study's own folder tells of, wherever that is now."""
    if text.startswith(SQLITE):
        return StorageLocation(f"{SQLITE}{folder / text.removeprefix(SQLITE)}")
    return StorageLocation(text if "://" in text else str(folder / text))


def locate(storage: str | None, folder: Path) -> StorageLocation:
    """The location that `hydra.sweeper.storage` names.

    Args:
        storage: a URL, a path ending in `.journal` or `.log`, or None for a journal in the study's folder.

    Raises:
        SweepError: it names no kind of storage.
    """
    if storage is None:
        return StorageLocation(str(folder / "study.journal"))
    field = f"hydra.sweeper.storage={storage}"
    if "\0" in storage:
        raise SweepError(f"{field}: must not have a null character")
    if "://" not in storage:
        if not storage.endswith((".journal", ".log")):
            raise SweepError(
                f"hydra.sweeper.storage={storage}: must be a URL (sqlite:///study.db, postgresql://...), "
                "a path ending in .journal, or null"
            )
        path = _expanded(storage)
        _require_kind(path, b'{"op_code":', "a journal of Optuna's", field)
        return StorageLocation(str(path))
    if storage.startswith("sqlite:"):
        name = storage.removeprefix(SQLITE)
        if not storage.startswith(SQLITE) or name in ("", ":memory:"):
            raise SweepError(f"{field}: must name a file, sqlite:///study.db, which all workers can open")
        path = Path(name)
        if not path.is_absolute() and "?" in str(Path.cwd()):
            raise SweepError(
                f"hydra.sweeper.storage={storage}: the working folder has a ? in its path, after which a "
                "database's URL has options"
            )
        location = StorageLocation(f"{SQLITE}{path.absolute()}")
        assert location.file is not None
        _require_kind(location.file, b"SQLite format 3\0", "an SQLite database", field)
        return location
    if re.search(r"\s", storage):
        raise SweepError("hydra.sweeper.storage: a URL has no blanks; %20 stands for one")
    if re.search("passw|pwd", unquote(urlsplit(storage).query), re.IGNORECASE):
        raise SweepError("hydra.sweeper.storage: the password must stand before the @, or in PGPASSWORD")
    if "@" not in urlsplit(storage).netloc and re.match(r"\w[\w+.-]*://[^:/@]*:[^@]*@", storage):
        raise SweepError(
            "hydra.sweeper.storage: its password must be URL-quoted (%2F for /, %3F for ?, %23 for #)"
        )
    password = urlsplit(storage).password
    known = password is not None and password != MASK
    return StorageLocation(masked(storage), unquote(str(password)) if known else None)


def _expanded(storage: str) -> Path:
    try:
        return Path(storage).expanduser().absolute()
    except RuntimeError as error:
        raise SweepError(f"hydra.sweeper.storage={storage}: no such folder ({error})") from None


def _require_kind(path: Path, begins: bytes, kind: str, field: str) -> None:
    """Refuses a file that is something else, before anything is written to it; it may be new, or empty."""
    try:
        if not path.parent.is_dir():
            raise SweepError(f"{field}: its folder does not exist")
        if not path.exists():
            return
        if not path.is_file() and not path.is_dir():  # opening a pipe waits for its other end
            raise SweepError(f"{field}: is not {kind}")
        with path.open("rb") as file:
            head = file.read(len(begins))
    except OSError as error:
        raise SweepError(f"{field}: cannot be opened ({error.strerror})") from None
    if not begins.startswith(head):
        raise SweepError(f"{field}: is not {kind}")


def masked(url: str) -> str:
    """The URL with its password masked."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}:{MASK}@{host}"))


def _grpc(url: str) -> BaseStorage:
    parts = urlsplit(url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        proxy = optuna.storages.GrpcStorageProxy(host=parts.hostname or "localhost", port=parts.port or 13000)
    proxy.wait_server_ready(timeout=10)
    return proxy


def _with_driver(url: str) -> str:
    """Names the extra's driver: which one SQLAlchemy takes for `postgresql://` depends on its version."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg2://{rest}" if scheme == "postgresql" else scheme + separator + rest


def _options(url: str, patience: float) -> dict[str, Any]:
    """How the engine connects: so that it sees when a server is gone, and can be stopped while it waits."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 2 if patience else 100}}
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.startswith("postgresql+psycopg2"):
        alive = {
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        }
        named = parse_qs(urlsplit(url).query)
        options["connect_args"] = {name: value for name, value in alive.items() if name not in named}
    return options


def _retried(make: Callable[[], RDBStorage], times: int = 5) -> RDBStorage:
    """Two processes that make the tables of a new database at once: one of them fails once."""
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    for attempt in range(times):
        try:
            return make()
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            is_race = isinstance(error, IntegrityError) or "already exists" in str(error)
            if attempt == times - 1 or not is_race:
                raise
            time.sleep(0.2 * (attempt + 1))
    raise AssertionError("unreachable")


def _need(url: str, error: ImportError) -> str:
    return "pip install psycopg2-binary" if url.startswith("postgres") else one_line(error)
