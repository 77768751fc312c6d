"""Sweeps in odd places: names, moved and copied folders, folders that can only be read, bare environments."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra.core.override_parser.types import Quote, QuotedString

from sweeps.errors import SweepError
from sweeps.storage import StorageLocation, told_by
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import APP, JOBLIB, command, states, study_in, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names and permissions of POSIX")

HOSTILE = "-a b'c\"d=e,f%$HOME#[g]{h}\\i\tü\U0001f600\u202e\u05e9. "
NAMES = [
    "with blank", " lead", "trail ", "dot.", "-dash", "--multirun", "a=b", "a,b", "o'k", "''", 'quo"te',
    "back\\slash", "\\'", "per%cent", "$HOME", "$(id)", "`id`", "#hash", "semi;colon", "a&b", "a|b", "<in>",
    "!bang", "star*", "quest?", "tilde~", "a:b", "(par)", "sq[ua]re", "[1,2]", "cur{l}y", "{a:b}", "@at",
    "null", "true", "1e5", "new\nline", "tab\t", "\x07bell", "\u2028", "x" * 200, "e\u0301", "\U0001f600",
    "\u202e\u05e9\u05dc\u05d5\u05dd", "a\udcffb", "study.journal", "file:x", HOSTILE,
]  # fmt: skip


def quoted(text: str) -> str:
    """A text as Hydra's override grammar quotes it."""
    return QuotedString(text, Quote.single).with_quotes()


def run(words: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command; None takes a variable away."""
    return subprocess.run(
        words,
        cwd=cwd,
        env={**OUTSIDE, **environment},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
    )


def tool(cwd: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs `python -m sweeps ARGUMENTS`."""
    return run([sys.executable, "-m", "sweeps", *map(str, arguments)], cwd)


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder, and what it holds."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def require_whole(tmp_path: Path, name: str) -> None:
    """In a working folder of that name, with a study folder and a storage's folder of that name: a sweep, its
    status, its printed command in a shell, and the sweep once more."""
    cwd = tmp_path / name
    (cwd / "store" / name).mkdir(parents=True)
    words = ["x=1,2", f"hydra.sweep.dir={quoted(f'results/{name}')}"]
    words += [f"hydra.sweeper.storage={quoted(f'store/{name}/a.journal')}"]
    result = run(command(*words), cwd)
    assert result.returncode == 0, result.stderr
    folder = cwd / "results" / name
    assert (cwd / "store" / name / "a.journal").is_file()
    assert {path.name for path in folder.iterdir()} >= {
        "0",
        "1",
        "spec.yaml",
        "trials.csv",
        "leaderboard.csv",
    }
    assert (folder / "1" / ".hydra" / "config.yaml").is_file()
    status = tool(folder.parent, "status", f"./{name}")
    assert status.returncode == 0, status.stderr
    assert "2 complete" in status.stdout
    line = result.stdout.split("  again: ")[1].rstrip("\n")
    repeated = line.replace("python ", f"{shlex.quote(sys.executable)} ", 1)
    again = run(["sh", "-c", f"{repeated} hydra.run.dir=alone"], cwd)
    assert again.returncode == 0, again.stderr
    assert (cwd / "alone" / ".hydra").is_dir()
    resumed = run(command(*words), cwd)
    assert "going on: 2 complete" in resumed.stdout, resumed.stderr
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert {path.name for path in cwd.iterdir()} == {"store", "results", "alone"}


def test_a_folder_of_the_worst_name(tmp_path: Path) -> None:
    require_whole(tmp_path, HOSTILE)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_folders_of_odd_names(tmp_path: Path, name: str) -> None:
    require_whole(tmp_path, name)


@pytest.mark.parametrize("words", [(), (r"hydra.sweep.dir='../\${y}'",)], ids=["cwd", "named"])
def test_a_path_that_hydra_would_interpolate_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    cwd = tmp_path / ("here" if words else "${x}")
    cwd.mkdir()
    result = run(command("x=1,2", *words), cwd)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: hydra.sweep.dir={tmp_path}/")
    assert result.stderr.endswith(": must not have ${ in its path\n")
    assert list(tmp_path.rglob("*")) == [cwd]


def test_the_printed_command_repeats_odd_values(tmp_path: Path) -> None:
    texts = [
        "a b",
        "c,d",
        "e=f",
        "$HOME",
        "it's",
        'say "x"',
        "{g}",
        "[h]",
        "back\\slash",
        "ü\U0001f600",
        "#1",
        "",
    ]
    values = ",".join(map(quoted, texts))
    result = run(command(f"+t={values}", "hydra.sweep.dir=s", "hydra.sweeper.study_name=s"), tmp_path)
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "s").trials
    for trial in (trials[3], trials[4], trials[-1]):
        printed = tool(tmp_path, "best", "s", "--trial", str(trial.number)).stdout.splitlines()[1]
        repeated = printed.replace("python ", f"{shlex.quote(sys.executable)} ", 1)
        alone = run(["sh", "-c", f"{repeated} hydra.run.dir=alone_{trial.number}"], tmp_path)
        assert alone.returncode == 0, alone.stderr
        configs = [
            (tmp_path / folder / ".hydra" / "config.yaml").read_text(encoding="utf-8")
            for folder in (f"s/{trial.number}", f"alone_{trial.number}")
        ]
        assert configs[0] == configs[1]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study of three trials."""
    root = tmp_path_factory.mktemp("study")
    words = command("x=1,2,3", "hydra.sweep.dir=s", "hydra.sweeper.study_name=s")
    assert run(words, root).returncode == 0
    return root / "s"


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder, or another path of it, where nothing can be written; root may write wherever a file system
    lets anybody."""
    if os.geteuid() == 0:
        mounted = folder.with_name("mounted")
        mounted.mkdir()
        done = subprocess.run(["mount", "--bind", "-o", "ro", folder, mounted], capture_output=True)
        if done.returncode != 0:
            pytest.skip("root may write here, and may not mount")
        try:
            yield mounted
        finally:
            subprocess.run(["umount", mounted], check=True)
        return
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield folder
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)


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


@pytest.mark.slow
def test_another_working_folder_is_another_place(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert run(command("x=1,2"), tmp_path / name).returncode == 0
        assert (tmp_path / name / "results").is_dir()


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


def closed(*streams: str) -> list[str]:
    return ["sh", "-c", f'"$@" {" ".join(streams)}', "sh"]


GONE = ["env", "-u", "HOME", "-u", "USER", "-u", "LOGNAME", "-u", "XDG_CACHE_HOME", "-u", "LANG"]
POSIX = ["env", "-u", "LANG", "LC_ALL=C", "PYTHONCOERCECLOCALE=0", "PYTHONUTF8=0"]
ENVIRONMENTS: dict[str, list[str]] = {
    "bare": [*GONE, "TZ=Nowhere/Odd", "sh", "-c", 'umask 077; "$@"', "sh"],
    "home": ["env", "HOME=/nonexistent", "XDG_CACHE_HOME=/proc/cache", "TMPDIR=/nonexistent"],
    "ascii": ["env", "PYTHONIOENCODING=ascii"],
    "posix": POSIX,
    "stdout": closed(">&-"),
    "stderr": closed("2>&-"),
    "all": closed("<&-", ">&-", "2>&-"),
    "reader": ["sh", "-c", '"$@" | true', "sh"],
    "both_readers": ["sh", "-c", '"$@" 2>&1 | true', "sh"],
}
SAMPLE = ("bare", "posix", "all", "reader")
EVERYWHERE = pytest.mark.parametrize(
    "kind", [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.slow) for name in ENVIRONMENTS]
)


@EVERYWHERE
def test_bare_environments(tmp_path: Path, kind: str) -> None:
    cwd = tmp_path / "Ü \U0001f600"
    cwd.mkdir()
    words = [*ENVIRONMENTS[kind], *command("x=1,2", "+t='ü\U0001f600'", "trouble=raise", "trouble_at=2")]
    result = run(words, cwd)
    assert result.stderr == ""
    (folder,) = (cwd / "results").iterdir()
    assert states(study_in(folder).trials) == ["COMPLETE", "FAIL"]
    looked = run([*ENVIRONMENTS[kind], sys.executable, "-m", "sweeps", "leaderboard", str(folder)], cwd)
    assert looked.stderr == ""
    if kind not in ("stdout", "all", "reader", "both_readers"):
        assert result.returncode == 1  # a combination is missing
        assert "last failure: trial 1, RuntimeError" in result.stdout
        assert looked.returncode == 0
        assert "COMPLETE" in looked.stdout


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


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sweeps.storage import locate

    with pytest.raises(SweepError, match=r"^hydra.sweeper.storage=~no_such_user/a.journal: no such folder"):
        locate("~no_such_user/a.journal", tmp_path)
    odd: Any = tmp_path / "quest?"
    odd.mkdir()
    monkeypatch.chdir(odd)
    with pytest.raises(SweepError, match=r"the working folder has a \? in its path"):
        locate("sqlite:///a.db", tmp_path)
    assert locate("a.journal", tmp_path).url == str(odd / "a.journal")
    assert APP.is_file()


@pytest.mark.parametrize("launcher", [(), JOBLIB], ids=["basic", "joblib"])
def test_what_a_library_prints_to_a_closed_stream_reaches_no_file(
    tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    (tmp_path / "loud.py").write_text(
        "import os, hydra\n"
        "@hydra.main(version_base='1.3', config_path=None)\n"
        "def main(cfg):\n"
        "    opened = open('held', 'w')\n"
        "    for number in (1, 2):\n"
        "        os.write(number, b'unmistakable')\n"
        "    return cfg.x\n"
        "if __name__ == '__main__':\n"
        "    main()\n",
        encoding="utf-8",
    )
    words = ["loud.py", "--multirun", "hydra/sweeper=optuna_study", "+x=1,2", "hydra.sweep.dir=s", *launcher]
    words += ["hydra/job_logging=none", "hydra/hydra_logging=none"]
    result = run([*ENVIRONMENTS["all"], sys.executable, *words], tmp_path)
    assert result.returncode == 0
    for path, content in contents(tmp_path).items():
        assert path == "loud.py" or not content or b"unmistakable" not in content, path
    assert states(study_in(tmp_path / "s").trials) == ["COMPLETE"] * 2
