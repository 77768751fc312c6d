"""What a folder says of its storage is looked at before anything is opened, and nothing is made."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.errors import SweepError
from sweeps.study.origin import origin, require_journal
from sweeps.study.storage import StorageLocation
from tests.conftest import files_below
from tests.sweeps.parts import journal_study


@pytest.mark.parametrize("storage", [None, "study.journal", "../sent/study.journal"])
def test_a_journal_is_looked_for_from_the_folder_and_not_changed(tmp_path: Path, storage: str | None) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    journal_study(folder)
    before = (folder / "study.journal").read_bytes()
    location = origin(folder, storage, "study")
    assert location.journal is not None
    assert location.journal.samefile(folder / "study.journal")
    assert (folder / "study.journal").read_bytes() == before
    assert files_below(tmp_path) == {"sent", "sent/study.journal"}


@pytest.mark.parametrize(
    ("storage", "said"),
    [
        (None, "{}/study.journal: the study's journal is missing"),
        ("deep/mine.log", "{}/deep/mine.log: the study's journal is missing"),
        ("sqlite:///mine.db", "{}/mine.db: the study's database is missing"),
        ("sqlite:///:memory:", "{}/:memory:: the study's database is missing"),
        (".", "{}: cannot be read"),
        ("sqlite:///.", "{}: cannot be read"),
    ],
)
def test_what_is_missing_is_not_made(tmp_path: Path, storage: str | None, said: str) -> None:
    with pytest.raises(SweepError) as refused:
        origin(tmp_path, storage, "study")
    assert str(refused.value).startswith(said.format(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_opened_only_if_it_holds_the_study(tmp_path: Path) -> None:
    path = tmp_path / "s ' #.db"
    optuna.create_study(study_name="own", storage=StorageLocation(f"sqlite:///{path}").open())
    before = path.read_bytes()
    assert origin(tmp_path, f"sqlite:///{path.name}?timeout=5", "own").file == path
    with pytest.raises(SweepError, match="holds no study another"):
        origin(tmp_path, f"sqlite:///{path.name}", "another")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_or_a_text_of_something_else_gets_no_tables(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "app.db")
    database.execute("CREATE TABLE bookmarks (url TEXT)")
    database.close()
    (tmp_path / "letter.txt").write_text("dear reader", encoding="utf-8")
    (tmp_path / "empty.db").touch()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name in before:
        with pytest.raises(SweepError, match=f"^{tmp_path}/{name}: no database of Optuna's"):
            origin(tmp_path, f"sqlite:///{name}", "study")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite+pysqlite:///:memory:", "sqlite:///file:s.db?mode=rwc&uri=true",
            "sqlite:///s.db?uri=true", "sqlite+pysqlite:///file:s.db"],
)  # fmt: skip
def test_a_database_that_is_no_file_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SweepError, match="must name a file$"):
        origin(tmp_path, url, "study")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgresql+psycopg2", "mysql+pymysql", "mariadb", "redis", "rediss", "grpc"]
)
def test_a_line_says_which_server_is_about_to_be_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scheme: str
) -> None:
    url = f"{scheme}://me:hidden@db.example.org:5432/db"
    location = origin(tmp_path, url, "study")
    assert location.url == url
    said = capsys.readouterr()
    masked = url.replace("hidden", "***")
    assert said.err == (f"note: {tmp_path}: its study is kept at {masked}; connecting to db.example.org\n")
    assert said.out == ""


@pytest.mark.parametrize(
    "storage", ["evil://me:hidden@host/db", "file:///etc/passwd", "://", "postgresql://[::1/db", "", "a\0b"]
)
def test_another_kind_of_storage_is_refused_without_a_password(tmp_path: Path, storage: str) -> None:
    with pytest.raises(SweepError, match=f"^{tmp_path}/spec.yaml: storage") as refused:
        origin(tmp_path, storage, "study")
    assert "hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


@given(
    st.integers() | st.booleans() | st.floats() | st.lists(st.text(), max_size=2) | st.just({"a": "\n" * 9})
)
def test_what_is_no_text_is_no_storage(storage: Any) -> None:
    with pytest.raises(SweepError, match="^/sent/spec.yaml: storage=.*: must be a path or a URL$"):
        origin(Path("/sent"), storage, "study")


@pytest.mark.parametrize("storage", ["\ud800", "sqlite:///\ud800.db"])
def test_half_a_character_is_in_no_files_name(tmp_path: Path, storage: str) -> None:
    with pytest.raises(SweepError, match=r"cannot be read \(no file can have that name\)"):
        origin(tmp_path, storage, "study")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_nobody_waits_for_a_pipe_in_a_storages_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "study.journal")
    for storage in (None, "sqlite:///study.journal"):
        with pytest.raises(SweepError, match=f"^{tmp_path}/study.journal: cannot be read"):
            origin(tmp_path, storage, "study")


def test_a_line_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    with path.open("wb") as file:
        file.truncate(2**26 + 1)  # of nothing, on a disk that keeps holes
    with pytest.raises(SweepError, match=f"^{path}: cannot be read \\(has a line that is larger"):
        require_journal(path)
    path.write_bytes(b'{"op_code": 0}\n' * 2)
    require_journal(path)


@pytest.mark.parametrize("storage", ["sqlite:///..%2Foutside%2Fapp.db", "sqlite:///..%2foutside%2fapp.db"])
def test_a_quoted_path_reaches_no_database_elsewhere(tmp_path: Path, storage: str) -> None:
    """SQLAlchemy unquotes what stands in a URL."""
    folder, outside = tmp_path / "sent", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    with sqlite3.connect(outside / "app.db") as database:
        database.execute("CREATE TABLE own (x)")
    before = (outside / "app.db").read_bytes()
    decoy = StorageLocation(f"sqlite:///{folder}/{storage.removeprefix('sqlite:///')}")
    optuna.create_study(study_name="s", storage=decoy.open())
    origin(folder, storage, "s").open()
    assert (outside / "app.db").read_bytes() == before


@pytest.mark.parametrize("storage", ["sqlite:///s.db?%75ri=true", "sqlite+pysqlite:///s.db"])
def test_no_other_words_open_a_database_otherwise(tmp_path: Path, storage: str) -> None:
    optuna.create_study(study_name="s", storage=StorageLocation(f"sqlite:///{tmp_path}/s.db").open())
    with pytest.raises(SweepError, match="must"):
        origin(tmp_path, storage, "s")


def test_a_note_on_a_server_steers_no_terminal_and_tells_no_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    origin(tmp_path, "postgresql://me@127.0.0.1:9/db\x1b[31m?password=hidden", "s")
    note = capsys.readouterr().err
    assert "\x1b" not in note
    assert "hidden" not in note
    assert "127.0.0.1" in note
