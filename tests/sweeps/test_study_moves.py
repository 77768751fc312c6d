"""A study's folder is moved, copied, or can only be read; its storage goes with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.study.storage import StorageLocation, told_by
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import command, states, study_in, wait_for
from tests.sweeps.shell import contents, run, tool
from tests.sweeps.surroundings import read_only

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="names and permissions of POSIX"),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study of three trials."""
    root = tmp_path_factory.mktemp("study")
    words = command("x=1,2,3", "hydra.sweep.dir=s", "hydra.sweeper.study_name=s")
    assert run(words, root).returncode == 0
    return root / "s"


def test_a_folder_that_can_only_be_read_is_read(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "s")
    before = contents(tmp_path / "s")
    with read_only(tmp_path / "s") as folder:
        for arguments, said in (
            (("status", folder), "3 complete"),
            (("leaderboard", folder), "rank"),
            (("best", folder), "# trial 0: "),
            (("compare", folder, study), "diff"),
            (("list", folder), "read"),
            (("export", folder, tmp_path / "all.csv"), "3 rows"),
            (("gc", folder, "--yes"), "nothing to delete"),
        ):
            result = tool(tmp_path, *arguments)
            assert result.returncode == 0, result.stderr
            if arguments[0] != "list":
                assert said in result.stdout
            noted = arguments[0] == "leaderboard"
            assert result.stderr.startswith(f"note: {folder}/leaderboard.csv: not written (") or not noted
            assert len(result.stderr.splitlines()) == noted
        for arguments in (("leaderboard", folder, "--rebuild"), ("export", folder, folder / "all.csv")):
            refused = tool(tmp_path, *arguments)
            assert refused.returncode == 2
            assert "cannot be written (" in refused.stderr
            assert len(refused.stderr.splitlines()) == 1
        swept = run(command("x=1,2,3", f"hydra.sweep.dir={folder}", "hydra.sweeper.study_name=s"), tmp_path)
        assert swept.returncode == 2
        assert swept.stderr == f"error: hydra.sweep.dir={folder}: cannot be written\n"
    assert contents(tmp_path / "s") == before


STORAGES = pytest.mark.parametrize(
    "storage",
    [
        pytest.param(None, id="default"),
        pytest.param("sqlite:///{}/own.db", marks=pytest.mark.slow, id="sqlite"),
        pytest.param("{}/other.log", marks=pytest.mark.slow, id="journal"),
    ],
)


@STORAGES
def test_a_copy_is_a_study_of_its_own(tmp_path: Path, storage: str | None) -> None:
    """Whether it is the original or the copy that goes on: the other stays as it is."""

    def words(folder: str, trials: int) -> list[str]:
        named = [f"hydra.sweeper.storage={storage.format(folder)}"] if storage is not None else []
        budget = [f"hydra.sweeper.n_trials={trials}", "hydra/sweeper/optuna_study/sampler=random"]
        study = [f"hydra.sweep.dir={folder}", "hydra.sweeper.study_name=s"]
        return command("x=interval(0,1)", *study, *budget, *named)

    if storage is not None:
        (tmp_path / "a").mkdir()
    first = run(words("a", 2), tmp_path)
    assert first.returncode == 0, first.stderr
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    (tmp_path / "a").rename(tmp_path / "moved")
    for folder in ("copy", "moved"):
        status = tool(tmp_path, "status", folder)
        assert "2 complete" in status.stdout, status.stderr
    assert len(tool(tmp_path, "leaderboard", "copy", "--rebuild").stdout.splitlines()) == 4
    before = contents(tmp_path / "moved")
    result = run(words("copy", 5), tmp_path)
    assert result.returncode == 0, result.stderr
    assert "going on: 2 complete" in result.stdout
    assert contents(tmp_path / "moved") == before
    before = contents(tmp_path / "copy")
    assert run(words("moved", 5), tmp_path).returncode == 0
    assert contents(tmp_path / "copy") == before
    for folder in ("copy", "moved"):
        assert "5 complete" in tool(tmp_path, "status", folder).stdout
    assert {path.name for path in tmp_path.iterdir()} == {"copy", "moved"}


@pytest.mark.slow
def test_a_copy_made_while_the_original_runs_takes_its_trials_for_dead_and_leaves_it_alone(
    tmp_path: Path,
) -> None:
    words = ["x=1,2", "hydra.sweeper.study_name=s", "slow_at=1", "hydra.sweeper.heartbeat_interval=0.1"]
    process = subprocess.Popen(
        command(*words, "hydra.sweep.dir=a", "seconds=8"),
        cwd=tmp_path,
        env=OUTSIDE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        journal = tmp_path / "a" / "study.journal"
        wait_for(lambda: journal.exists() and '"intermediate_value"' in journal.read_text())
        shutil.copytree(tmp_path / "a", tmp_path / "copy")
        copied = command(*words, "hydra.sweep.dir=copy", "seconds=0", "hydra.sweeper.grace_period=1")
        result = run(copied, tmp_path)
        assert result.returncode == 0, result.stderr
        assert process.poll() is None or process.returncode == 0
    finally:
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    own, other = (study_in(tmp_path / name).trials for name in ("a", "copy"))
    assert states(own) == ["COMPLETE"] * 2
    assert states(other) == ["FAIL", "COMPLETE", "COMPLETE"]
    assert other[0].user_attrs["sweeps:cause"] == "lost"
    assert sorted(trial.params["x"] for trial in other[1:]) == [1, 2]


def test_a_folder_has_one_storage(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "s")
    before = contents(tmp_path / "s")
    words = command("x=1,2,3", "hydra.sweep.dir=s", "hydra.sweeper.study_name=s")
    result = run([*words, "hydra.sweeper.storage=sqlite:///other.db"], tmp_path)
    assert result.returncode == 2
    assert (
        f"its study is in {tmp_path}/s/study.journal, not in sqlite:///{tmp_path}/other.db" in result.stderr
    )
    assert len(result.stderr.splitlines()) == 1
    assert contents(tmp_path / "s") == before
    assert run([*words, "hydra.sweeper.storage=s/study.journal"], tmp_path).returncode == 0


SEARCHES = [
    pytest.param(("x=1,2,3",), "x", id="space"),
    pytest.param(("x=1,2", "y=3"), "y", marks=pytest.mark.slow, id="field"),
    pytest.param(
        ("x=1,2", "hydra.sweeper.direction=maximize"),
        "hydra.sweeper.direction",
        marks=pytest.mark.slow,
        id="direction",
    ),
]


@pytest.mark.parametrize(("other", "shown"), SEARCHES)
def test_two_searches_under_one_name_are_refused_and_nothing_changes(
    tmp_path: Path, other: tuple[str, ...], shown: str
) -> None:
    words = ["hydra.sweeper.study_name=s", "hydra.sweeper.storage=sqlite:///s.db"]
    assert run(command("x=1,2", "hydra.sweep.dir=a", *words), tmp_path).returncode == 0
    before = contents(tmp_path)
    for folder in ("a", "b"):
        result = run(command(*other, f"hydra.sweep.dir={folder}", *words), tmp_path)
        assert result.returncode == 2
        assert result.stderr.startswith("error: study s in sqlite:///")
        assert shown in result.stderr.split("s.db", 1)[1]
        assert len(result.stderr.splitlines()) == 1
        assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/a/study/study.journal", "study.journal"),
        ("/a/study/deep/x.log", "deep/x.log"),
        ("/a/other/x.journal", "/a/other/x.journal"),
        ("sqlite:////a/study/s.db", "sqlite:///s.db"),
        ("sqlite:////a/study/s.db?timeout=5", "sqlite:///s.db?timeout=5"),
        ("sqlite:////a/s.db", "sqlite:////a/s.db"),
        ("postgresql://me:***@host/db", "postgresql://me:***@host/db"),
    ],
)
def test_a_folder_tells_of_its_storage_wherever_it_is(url: str, told: str) -> None:
    assert StorageLocation(url).within(Path("/a/study")) == told
    assert told_by(told, Path("/a/study")).url == url
    assert told_by(told, Path("/b")).url == url.replace("/a/study", "/b")


def test_a_database_that_is_missing_is_not_made(tmp_path: Path, study: Path) -> None:
    shutil.copytree(study, tmp_path / "s")
    spec = tmp_path / "s" / "spec.yaml"
    text = spec.read_text(encoding="utf-8").replace("storage: study.journal", "storage: sqlite:///gone.db")
    spec.write_text(text, encoding="utf-8")
    result = tool(tmp_path, "status", "s")
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path}/s/gone.db: the study's database is missing\n"
    assert not (tmp_path / "s" / "gone.db").exists()
