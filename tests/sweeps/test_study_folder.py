"""The folder of a study: claims that nobody can make twice."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sweeps.errors import SweepError
from sweeps.study_folder import StudyFolder


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
