"""A run that was sent names an encoder: whose code it may bring in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_vae.errors import UserError
from lstm_vae.run.encoder_source import require_known_encoder

NAMED = "encoder.kind={}: the run names code that is not imported, nor installed or in PYTHONPATH"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder where Python looks for modules, which is neither the current one nor in PYTHONPATH.

    What is imported from it is forgotten after the test.
    """
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] in ("brought", "keras_of_mine")]:
        del sys.modules[name]


def write(path: Path, code: str = "class GRU: pass\n") -> Path:
    """A module, beside which a file says that it was run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    canary = path.with_suffix(".ran")
    path.write_text(f"open({str(canary)!r}, 'w').close()\n{code}", encoding="utf-8")
    return canary


def refused(kind: str) -> None:
    """Asserts that an encoder is refused, in one line that names it."""
    before = list(sys.path)
    with pytest.raises(UserError) as error:
        require_known_encoder(kind)
    assert str(error.value).startswith(NAMED.format(kind))
    assert "\n" not in str(error.value)
    assert sys.path == before


@pytest.mark.parametrize(
    "code",
    [
        "class GRU: pass",
        "from collections import OrderedDict as GRU",
        "import sys\nfrom keras_of_mine import GRU",
    ],
)
def test_an_installed_module_with_the_class_is_imported(place: Path, code: str) -> None:
    write(place / "keras_of_mine.py", "GRU = object")
    canary = write(place / "brought.py", code)
    before = list(sys.path)
    require_known_encoder("brought.GRU")
    assert canary.exists()
    assert "brought" in sys.modules
    assert sys.path == before


@pytest.mark.parametrize(
    "code", ["", "GRU = 1", "class Other: pass", "import GRU", "class GRU: (", "x = '\\0'\0"]
)
def test_a_module_without_the_class_is_not_run(place: Path, code: str) -> None:
    canary = write(place / "brought.py", code)
    refused("brought.GRU")
    assert not canary.exists()


@pytest.mark.parametrize("entry", ["", ".", "{here}", "{here}/../place", "{link}"])
def test_a_module_of_the_current_folder_is_not_run(
    place: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    canary = write(place / "brought.py")
    link = place.with_name("link")
    link.symlink_to(place)
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", [entry.format(here=place, link=link), *sys.path])
    refused("brought.GRU")
    assert not canary.exists()


@pytest.mark.parametrize("name", ["{here}", ".", "nowhere{sep}{here}"])
def test_it_is_run_where_the_user_has_named_the_folder(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    canary = write(place / "brought.py")
    monkeypatch.chdir(place)
    monkeypatch.setenv("PYTHONPATH", name.format(here=place, sep=os.pathsep))
    require_known_encoder("brought.GRU")
    assert canary.exists()


def test_what_is_imported_already_is_the_users_wherever_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place / "brought.py", "GRU = make = 1")
    __import__("brought")
    monkeypatch.chdir(place)
    require_known_encoder("brought.GRU")


def test_packages_are_imported_only_with_the_module_that_has_the_class(place: Path) -> None:
    canaries = [write(place / "brought" / "__init__.py"), write(place / "brought" / "parts" / "__init__.py")]
    canaries.append(write(place / "brought" / "parts" / "own.py"))
    for kind in ("brought.parts.own.Other", "brought.parts.none.GRU", "brought.none.own.GRU"):
        refused(kind)
    assert not any(canary.exists() for canary in canaries)
    require_known_encoder("brought.parts.own.GRU")
    assert all(canary.exists() for canary in canaries)


@pytest.mark.parametrize(
    "kind", [".brought.GRU", "brought..GRU", "brought.", "brought.a b", "../brought.GRU", "brought-by.GRU"]
)
def test_what_is_no_path_of_names_is_refused(place: Path, kind: str) -> None:
    canaries = [write(place / "brought.py"), write(place / "brought-by.py")]
    refused(kind)
    assert not any(canary.exists() for canary in canaries)


def test_a_module_that_cannot_be_imported_says_so_in_one_line(place: Path) -> None:
    write(place / "brought.py", "class GRU: pass\n_ = 1 / 0")
    with pytest.raises(UserError, match=r"^encoder.kind=brought.GRU: brought cannot be imported \(division"):
        require_known_encoder("brought.GRU")


def test_a_refused_encoder_says_what_to_do() -> None:
    with pytest.raises(UserError, match="import brought before lstm_vae.load"):
        require_known_encoder("brought.Evil")
    require_known_encoder("lstm")
    require_known_encoder("lstm_vae.model.LSTMEncoder")
