"""A real PostgreSQL server for tests: on loopback, as an unprivileged user, asking for a password."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.sweeps.conftest import wait_for

psycopg2 = pytest.importorskip("psycopg2", reason="needs psycopg2: pip install 'lstm-vae[postgresql]'")

USER = "sweeper"
PASSWORD = "unmistakable-Secr3t-7b1f"
HARD_PASSWORD = "p@ss:w/rd%41 7b1f"  # every character of it that a URL takes for its own


def binaries() -> Path | None:
    """The folder of the server's programs; Debian keeps them off the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


def unprivileged() -> dict[str, Any]:
    """What makes `Popen` run a program as somebody else where this is root, whom the server refuses."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("the PostgreSQL server does not run as root, and there is no other user")


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """A new server, running within it, in a folder outside pytest's own, which other users cannot enter."""
    programs = binaries()
    if programs is None:
        pytest.skip("needs the PostgreSQL server's programs (initdb, postgres)")
    folder = Path(tempfile.mkdtemp(prefix="sweeps-postgresql-"))
    try:
        made = Server(programs, folder)
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def url_of(server: Server, database: str, user: str = USER, password: str = PASSWORD) -> str:
    """The URL of a server's database."""
    return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{server.port}/{database}"


class Server:
    """A PostgreSQL server on loopback, which asks everybody for a password.

    Args:
        programs: the folder of its programs.
        folder: its own, which the user that it runs as can reach.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._as = programs, folder, unprivileged()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        password = folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        if self._as:
            for path in (folder, password):
                os.chown(path, self._as["user"], self._as["group"])
        options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
        initdb = [
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            USER,
            f"--pwfile={password}",
            *options,
        ]
        subprocess.run(initdb, cwd=folder, check=True, capture_output=True, timeout=120, **self._as)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._folder / "data"), "-p", str(self.port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as,
            )
        wait_for(self._answers)

    def stop(self) -> None:
        """Stops it; connections are cut."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=60)
            self._process = None

    def execute(self, statement: str) -> None:
        """Runs a statement as the server's owner."""
        connection = self._connection()
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _connection(self) -> Any:
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=PASSWORD,
            dbname="postgres",
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text(encoding="utf-8")
        try:
            self._connection().close()
        except psycopg2.OperationalError:
            return False
        return True
