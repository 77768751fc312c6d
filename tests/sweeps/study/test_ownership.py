"""A study's folder holds that study and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sweeps.errors import SweepError
from sweeps.study.folder import StudyFolder
from sweeps.study.ownership import MADE_FIRST, require_own
from sweeps.study.storage import StorageLocation, locate


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    made = StudyFolder(tmp_path / "s")
    made.make()
    return made


def describe(folder: StudyFolder, study: str = "own", storage: str | None = "study.journal") -> None:
    """Has the folder say which study it is, and where that is kept."""
    folder.spec.write_text(yaml.safe_dump({"study": study, "storage": storage}), encoding="utf-8")


def journal(folder: StudyFolder) -> StorageLocation:
    return locate(None, folder.path)


def test_a_folder_that_is_new_or_empty_may_be_used(folder: StudyFolder, tmp_path: Path) -> None:
    require_own(folder, "own", journal(folder))
    require_own(StudyFolder(tmp_path / "new"), "own", journal(folder))
    assert list(tmp_path.iterdir()) == [folder.path]


@pytest.mark.parametrize("name", [*sorted(MADE_FIRST), ".lock", ".partial-1-spec.yaml"])
def test_a_study_that_died_before_it_was_described_goes_on(folder: StudyFolder, name: str) -> None:
    (folder.path / name).touch()
    require_own(folder, "own", journal(folder))


@pytest.mark.parametrize("name", ["thesis.txt", "0", "trials.csv", "my.journal"])
def test_a_folder_with_something_else_in_it_is_refused(folder: StudyFolder, name: str) -> None:
    (folder.path / name).touch()
    with pytest.raises(SweepError, match=f"^hydra.sweep.dir={folder.path}: must be a new or empty folder"):
        require_own(folder, "own", journal(folder))


def test_the_files_of_its_own_database_may_be_there(folder: StudyFolder, tmp_path: Path) -> None:
    for name in ("s.db", "s.db-journal", "s.db-wal"):
        (folder.path / name).touch()
    require_own(folder, "own", StorageLocation(f"sqlite:///{folder.path}/s.db"))
    for url in (f"sqlite:///{folder.path}/t.db", f"sqlite:///{tmp_path}/s.db", "postgresql://host/db"):
        with pytest.raises(SweepError, match="must be a new or empty folder"):
            require_own(folder, "own", StorageLocation(url))


def test_the_folder_of_another_study_is_refused(folder: StudyFolder) -> None:
    describe(folder, study="another")
    with pytest.raises(SweepError, match="holds the study another, not own$"):
        require_own(folder, "own", journal(folder))
    folder.spec.write_text("[", encoding="utf-8")
    with pytest.raises(SweepError, match=f"^{folder.spec}: cannot be read"):
        require_own(folder, "own", journal(folder))


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("study.journal", "sqlite:///{}/other.db"),
        ("study.journal", "{}/other.journal"),
        (None, "{}/other.journal"),
        ("study.journal", "postgresql://host/db"),
        ("postgresql://host/db", "{}/study.journal"),
    ],
)
def test_another_storage_would_begin_a_second_study(
    folder: StudyFolder, kept: str | None, asked: str
) -> None:
    describe(folder, storage=kept)
    (folder.path / "study.journal").touch()
    with pytest.raises(SweepError, match=f"^hydra.sweep.dir={folder.path}: its study is in ") as refused:
        require_own(folder, "own", StorageLocation(asked.format(folder.path)))
    assert f"not in {asked.format(folder.path)}; " in str(refused.value)


def test_the_same_file_by_another_path_is_the_same_storage(folder: StudyFolder, tmp_path: Path) -> None:
    describe(folder)
    (folder.path / "study.journal").touch()
    (tmp_path / "link").symlink_to(folder.path)
    require_own(folder, "own", StorageLocation(f"{tmp_path}/link/study.journal"))
    require_own(StudyFolder(tmp_path / "link"), "own", journal(folder))


def test_what_cannot_be_told_apart_is_not_refused(folder: StudyFolder) -> None:
    describe(folder, storage="postgresql://host/db")
    require_own(folder, "own", StorageLocation("postgresql://another.name.of.the.host/db"))
    describe(folder, storage="/no/longer/here.journal")
    require_own(folder, "own", journal(folder))
    require_own(folder, "own", StorageLocation("postgresql://host/db"))
