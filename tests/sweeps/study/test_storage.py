"""Where studies are kept, and that no password stays anywhere."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from urllib.parse import quote

import optuna
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from sweeps.errors import SweepError
from sweeps.study.storage import SECRET, StorageLocation, locate, masked
from sweeps.text import MASK, without_passwords

NAMES = st.text("abcXYZ019_", min_size=1, max_size=8)
# Begins with what stands in no other part of a URL.
PASSWORDS = st.text("aZ0%:@/?#[] +&='\"\\é$!*-_.~", max_size=12).map(lambda text: f"pässW{text}")
HOSTS = st.sampled_from(["localhost", "db.example.org:5432", "[::1]:5432", "10.0.0.1"])
SCHEMES = st.sampled_from(["postgresql", "postgresql+psycopg2", "mysql+pymysql", "redis"])
WITH_ENVIRONMENT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "none yet")  # and put back what was there


@WITH_ENVIRONMENT
@given(SCHEMES, NAMES | st.just(""), PASSWORDS, HOSTS)
def test_a_password_is_in_no_location_and_the_database_gets_it(
    scheme: str, user: str, password: str, host: str
) -> None:
    url = f"{scheme}://{user}:{quote(password, safe='')}@{host}/db?sslmode=require"
    location = locate(url, Path("/folder"))
    for text in (
        location.url,
        repr(location),
        masked(url),
        without_passwords(f"cannot open '{url}' (at {url})"),
    ):
        assert "pässW" not in text
        assert quote("pässW") not in text
        assert MASK in text
    assert make_url(location._with_password()) == make_url(url)
    assert masked(location.url) == location.url
    assert os.environ[SECRET] == "none yet"


@WITH_ENVIRONMENT
@given(PASSWORDS)
def test_other_processes_get_a_password_by_their_environment_alone(password: str) -> None:
    location = locate(f"postgresql://me:{quote(password, safe='')}@host/db", Path("/folder"))
    pickled = pickle.dumps(location)
    assert "pässW".encode() not in pickled
    there: StorageLocation = pickle.loads(pickled)
    assert there == location
    location.hand_down()
    assert there._with_password() == location._with_password()


@pytest.mark.parametrize("mark", "/?#@:'")
def test_a_password_that_nobody_quoted_is_masked_or_refused(mark: str) -> None:
    url = f"postgresql://me:qq{mark}zz@host/db"
    assert "zz" not in without_passwords(f"cannot open {url}")
    try:
        text = locate(url, Path("/folder")).url
    except SweepError as refused:
        text = str(refused)
    assert "zz" not in text


@pytest.mark.parametrize("url", ["sqlite:///study.db", "postgresql://host/db", "postgresql://me@host/db"])
def test_a_url_without_a_password_stays_as_it_is(url: str) -> None:
    assert masked(url) == url
    assert without_passwords(f"at {url}, 12:30 by me@host") == f"at {url}, 12:30 by me@host"


@pytest.mark.parametrize("name", ["Password", "passwd", "pwd", "sslpassword", "pass%77ord"])
def test_a_password_in_the_query_is_refused_without_being_said(name: str) -> None:
    with pytest.raises(SweepError, match="before the @") as refused:
        locate(f"postgresql://host/db?user=me&{name}=hidden", Path("/folder"))
    assert "hidden" not in str(refused.value)


def test_a_url_with_a_blank_is_refused_without_being_said() -> None:
    with pytest.raises(SweepError, match="no blanks") as refused:
        locate("grpc://me:my hidden@host:1", Path("/folder"))
    assert "hidden" not in str(refused.value)


def test_a_masked_url_needs_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET)
    with pytest.raises(SweepError, match=f"its password is needed in {SECRET}"):
        locate(f"postgresql://me:{MASK}@localhost:1/db", Path("/folder")).open()


def test_nothing_is_a_journal_in_the_studys_folder(tmp_path: Path) -> None:
    assert locate(None, tmp_path) == StorageLocation(f"{tmp_path}/study.journal")


def test_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert locate("mine.journal", Path("/f")).url == f"{tmp_path}/mine.journal"
    assert locate("mine.log", Path("/f")).url == f"{tmp_path}/mine.log"
    assert locate("sqlite:///mine.db", Path("/f")).url == f"sqlite:///{tmp_path}/mine.db"


@pytest.mark.parametrize(
    ("storage", "said"),
    [
        ("study.db", "must be a URL"),
        ("journal", "must be a URL"),
        ("no/folder/s.journal", "its folder does not exist"),
    ],
)
def test_what_names_no_storage_is_refused(storage: str, said: str) -> None:
    with pytest.raises(SweepError, match=said) as refused:
        locate(storage, Path("/folder"))
    assert str(refused.value).startswith(f"hydra.sweeper.storage={storage}: ")


@pytest.mark.parametrize("text", ["hello\n", '{"a": 1}\n', "[1]\n", "SQLite format"])
def test_a_file_that_is_something_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine.journal", "mine.db"):
        Path(name).write_text(text, encoding="utf-8")
    for storage in ("mine.journal", "sqlite:///mine.db"):
        if storage == "sqlite:///mine.db" and text == "SQLite format":
            continue  # a database of which only a part is there is for SQLite to judge
        with pytest.raises(SweepError, match=f"^hydra.sweeper.storage={storage}: is not "):
            locate(storage, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.journal", "mine.db"}
    assert all(path.read_text(encoding="utf-8") == text for path in tmp_path.iterdir())


@pytest.mark.parametrize("held", [b"", b'{"op', b'{"op_code":0,"worker_id":"w"'])
def test_a_journal_of_which_only_a_part_is_there_is_a_journal(tmp_path: Path, held: bytes) -> None:
    (tmp_path / "torn.journal").write_bytes(held)
    assert locate(f"{tmp_path}/torn.journal", tmp_path).url == f"{tmp_path}/torn.journal"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_workers_cannot_share_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SweepError, match=f"^hydra.sweeper.storage={url}: must name a file"):
        locate(url, tmp_path)


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/study.db", "nothing://host/db", "/no/such/folder/study.journal"]
)
def test_what_cannot_be_opened_is_refused(url: str) -> None:
    with pytest.raises(SweepError) as refused:
        optuna.create_study(storage=StorageLocation(url).open())
    assert str(refused.value).startswith(f"hydra.sweeper.storage={url}: ")


@pytest.mark.parametrize("name", ["study.journal", "sqlite:///study.db"])
def test_a_location_opens_the_same_study_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    location = locate(name, tmp_path)
    optuna.create_study(study_name="s", storage=location.open()).enqueue_trial({"x": 1})
    again = optuna.load_study(study_name="s", storage=location.open())
    assert [trial.system_attrs["fixed_params"] for trial in again.trials] == [{"x": 1}]


@pytest.mark.parametrize("name", ["50%41", "a b", "ä#;'x", "e%2F..%2Fx"])
def test_a_database_is_made_where_its_path_says_whatever_that_has(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    location = locate(f"sqlite:///{folder}/%41.db?timeout=3", tmp_path)
    optuna.create_study(storage=location.open(), study_name="s")
    assert location.file == folder / "%41.db"
    assert location.exists()
    assert sorted(path.name for path in tmp_path.rglob("*.db")) == ["%41.db"]
