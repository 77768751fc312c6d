"""Studies are found by their folders, wherever these are, and nothing is made by looking."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import optuna
import pytest
import yaml

from sweeps.errors import SweepError
from sweeps.study.finding import find_study, read_spec, studies_below
from sweeps.study.folder import StudyFolder
from sweeps.study.storage import told_by
from tests.conftest import files_below


def study_folder(folder: Path, storage: str | None = "study.journal") -> Path:
    """The folder of a study of one trial, as a sweep leaves it."""
    (folder / "workers").mkdir(parents=True)
    location = told_by(storage or "study.journal", folder)
    study = optuna.create_study(study_name="own", storage=location.open())
    study.tell(study.ask(), 1.5)
    describe(folder, study="own", storage=storage)
    return folder


def describe(folder: Path, **spec: Any) -> None:
    (folder / "spec.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")


@pytest.mark.parametrize("storage", [None, "study.journal", "sqlite:///study.db"])
def test_a_study_is_found_by_its_folder_though_that_has_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: str | None
) -> None:
    study_folder(tmp_path / "old", storage).rename(tmp_path / "new")
    before = files_below(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = find_study("new")
    assert found.folder == StudyFolder(tmp_path / "new")
    assert (found.study.study_name, found.spec["study"]) == ("own", "own")
    assert [trial.value for trial in found.study.get_trials()] == [1.5]
    assert files_below(tmp_path) == before


def test_a_folder_that_is_no_studys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=f"^{tmp_path}/gone: no such folder$"):
        find_study(tmp_path / "gone")
    with pytest.raises(SweepError, match=rf"^{tmp_path}: not a study's folder \(it has no spec.yaml\)$"):
        find_study(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study: [", "cannot be read ("),
        ("study: !!python/name:os.system", "cannot be read ("),
        ("a: \0", "cannot be read ("),
        ("", "not a study's specification"),
        ("- study", "not a study's specification"),
        ("study: 3", "not a study's specification"),
        ("name: own", "not a study's specification"),
    ],
)
def test_a_damaged_specification_is_refused_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SweepError) as refused:
        read_spec(StudyFolder(tmp_path))
    assert str(refused.value).startswith(f"{tmp_path}/spec.yaml: {said}")
    assert "\n" not in str(refused.value)


def test_a_folder_in_the_specifications_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").mkdir()
    with pytest.raises(SweepError, match=f"^{tmp_path}/spec.yaml: cannot be read"):
        read_spec(StudyFolder(tmp_path))


def test_a_storage_without_the_study_is_refused(tmp_path: Path) -> None:
    describe(study_folder(tmp_path / "s"), study="another", storage="study.journal")
    with pytest.raises(SweepError, match=f"^{tmp_path}/s/study.journal: holds no study another"):
        find_study(tmp_path / "s")


def test_a_journal_that_is_missing_is_not_made(tmp_path: Path) -> None:
    (study_folder(tmp_path / "s") / "study.journal").unlink()
    before = files_below(tmp_path)
    with pytest.raises(SweepError, match=f"^{tmp_path}/s/study.journal: the study's journal is missing$"):
        find_study(tmp_path / "s")
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("line", ["[1]\n", '{"op_code": 99, "worker_id": "w"}\n', '{"op_code": 0}\n'])
def test_a_journal_of_something_else_is_refused_in_a_line(tmp_path: Path, line: str) -> None:
    (study_folder(tmp_path / "s") / "study.journal").write_text(line, encoding="utf-8")
    with pytest.raises(SweepError) as refused:
        find_study(tmp_path / "s")
    assert f"{tmp_path}/s/study.journal: cannot be opened" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_study_that_is_not_sound_is_refused(tmp_path: Path) -> None:
    folder = study_folder(tmp_path / "s")
    find_study(folder).study.set_user_attr("sweeps:program", 3)
    with pytest.raises(SweepError, match=f"^{folder}/study.journal: the study has sweeps:program=3"):
        find_study(folder)


def test_all_studies_below_a_folder_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    one = study_folder(tmp_path / "b" / "one")
    for place in ("a/deep/er", "c", "b/one/0/within", ".hidden"):
        shutil.copytree(one, tmp_path / place)
    (tmp_path / "d" / "workers").mkdir(parents=True)  # without a specification
    (tmp_path / "e").mkdir()
    describe(tmp_path / "e", study="own")  # without workers
    found = [str(own.path.relative_to(tmp_path)) for own in studies_below(tmp_path)]
    assert found == ["a/deep/er", "b/one", "c"]
    assert [own.path for own in studies_below(one)] == [one]
    assert list(studies_below(tmp_path / "gone")) == []


def test_links_lead_to_a_study_once_and_in_circles_nowhere(tmp_path: Path) -> None:
    study_folder(tmp_path / "outside" / "s")
    root = tmp_path / "root"
    root.mkdir()
    for name, target in (("first", "outside/s"), ("second", "outside"), ("up", "root"), ("gone", "no")):
        (root / name).symlink_to(tmp_path / target)
    assert [own.path for own in studies_below(root)] == [root / "first"]
