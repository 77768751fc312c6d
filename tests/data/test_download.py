"""Downloads from a real server on loopback."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import sources
from lstm_vae.data.download import DownloadError, download
from lstm_vae.data.idx import FILES
from lstm_vae.errors import UserError


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return

    def copyfile(self, source: object, outputfile: object) -> None:
        if self.path.startswith("/broken"):
            outputfile.write(source.read(100))  # type: ignore[attr-defined]
        else:
            super().copyfile(source, outputfile)  # type: ignore[arg-type]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "served"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_files_arrive_whole(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    (folder / "a.gz").write_bytes(b"a" * 200_000)
    (folder / "b.gz").write_bytes(b"b")
    download(address, ["a", "b"], tmp_path / "cache", "test", check=lambda _: None)
    assert (tmp_path / "cache" / "a.gz").read_bytes() == b"a" * 200_000
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"a.gz", "b.gz"}


def test_nothing_is_left_of_an_incomplete_download(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    (folder / "a.gz").write_bytes(b"a" * 1000)
    with pytest.raises(DownloadError, match="HTTP 404"):
        download(address, ["a", "b"], tmp_path / "cache", "test", check=lambda _: None)
    (folder / "broken").mkdir()
    (folder / "broken" / "a.gz").write_bytes(b"a" * 1000)
    with pytest.raises(DownloadError):
        download(address + "broken/", ["a"], tmp_path / "cache", "test", check=lambda _: None)
    assert not list((tmp_path / "cache").iterdir())


def test_other_content_never_reaches_the_cache(
    served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = served
    for name in FILES.values():
        (folder / f"{name}.gz").write_bytes(b"<html>Please log in to this network</html>")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mirrors = replace(sources.PUBLISHED["mnist"], mirrors=(address,))
    monkeypatch.setitem(sources.PUBLISHED, "mnist", mirrors)
    with pytest.raises(UserError, match=r"127\.0\.0\.1.*gave something else.*corrupted gzip.*data=mnist_5k"):
        sources.load_published(DataConfig())
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_mnist_comes_from_the_second_mirror_when_the_first_fails(
    served: tuple[Path, str], tmp_path: Path, mnist_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = served
    for name in FILES.values():
        (folder / f"{name}.gz").write_bytes((mnist_folder / f"{name}.gz").read_bytes())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mirrors = replace(sources.PUBLISHED["mnist"], mirrors=(address + "nothing/", address))
    monkeypatch.setitem(sources.PUBLISHED, "mnist", mirrors)
    assert len(sources.load_published(DataConfig()).train_images) == 60_000
    assert len(sources.load_published(DataConfig(download=False)).train_images) == 60_000


def test_every_mirror_that_failed_is_named(
    served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = served
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mirrors = replace(sources.PUBLISHED["mnist"], mirrors=(address, "http://127.0.0.1:9/"))
    monkeypatch.setitem(sources.PUBLISHED, "mnist", mirrors)
    with pytest.raises(UserError, match=r"HTTP 404.*127\.0\.0\.1:9/ .*refused.*data=mnist_5k"):
        sources.load_published(DataConfig())
