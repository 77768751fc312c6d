"""The folder of a study: claims that nobody can make twice."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sweeps.errors import SweepError
from sweeps.study.folder import OWN_FILES, StudyFolder, trial_subfolder
from tests.sweeps.parts import master_of


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    made = StudyFolder(tmp_path / "results" / "study")
    made.make()
    made.make()
    return made


def test_a_folder_of_a_trial_is_claimed_once(folder: StudyFolder) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(folder.claim_trial, ["7"] * 20))
    assert sorted(names) == sorted(["7", *(f"7-{number}" for number in range(2, 21))])
    assert all((folder.path / name).is_dir() for name in names)


def test_what_stands_in_a_folder_is_not_touched(folder: StudyFolder) -> None:
    (folder.path / "a" / "b").mkdir(parents=True)
    (folder.path / "a" / "b" / "mine.txt").write_text("mine", encoding="utf-8")
    (folder.path / "file").touch()
    assert folder.claim_trial("a/b") == "a/b-2"
    assert folder.claim_trial("file") == "file-2"
    assert (folder.path / "a" / "b" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_workers_that_start_at_once_have_different_numbers(folder: StudyFolder) -> None:
    with ThreadPoolExecutor(8) as pool:
        firsts = sorted(pool.map(folder.claim_workers, [3] * 10))
    assert firsts == list(range(0, 30, 3))
    (folder.workers / "notes").mkdir()
    assert folder.claim_workers(1) == 30


def test_the_lock_is_held_by_one_at_a_time(folder: StudyFolder) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with folder.locked():
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.01)
            inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_the_lock_is_given_back_after_an_error(folder: StudyFolder) -> None:
    with pytest.raises(RuntimeError), folder.locked():
        raise RuntimeError
    with folder.locked():
        pass


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SweepError, match=rf"^hydra.sweep.dir={tmp_path}/file/study: cannot be made"):
        StudyFolder(tmp_path / "file" / "study").make()


@pytest.mark.parametrize(
    "name",
    [*sorted(OWN_FILES), ".lock", ".leases/0", "study.journal.lock", ".study.journal.lock", "trials.csv.lock",
     "study.journal.torn-1", "workers/0", "./conf", "", ".", "..", "a/../..", "/abs", "${nosuch}",
     "n" * 300, "a/" + "n" * 300],
)  # fmt: skip
def test_what_is_no_folder_of_a_trials_own_is_refused(name: str) -> None:
    with pytest.raises(SweepError, match="^hydra.sweep.subdir"):
        trial_subfolder(master_of(f"hydra.sweep.subdir='{name}'"), 0)


@pytest.mark.parametrize("name", ["0", "confusion", "my workers", "a/conf", "study", "x=1,y=2", "Été", "~"])
def test_other_names_are_folders(name: str) -> None:
    assert trial_subfolder(master_of(f"hydra.sweep.subdir='{name}'"), 0) == name


@pytest.mark.parametrize("name", ["file", "file/below", "n" * 300, "a/" + "n" * 300 + "/b", "a\0b"])
def test_a_folder_that_cannot_be_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SweepError, match=f"^hydra.sweep.dir={tmp_path}/"):
        StudyFolder(tmp_path / name).require_possible()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_can_be_is_not_made_by_asking(tmp_path: Path) -> None:
    StudyFolder(tmp_path / "new" / "one").require_possible()
    StudyFolder(tmp_path).require_possible()
    assert list(tmp_path.iterdir()) == []
