"""Sweeps without a home, a language or a stream."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from sweeps.errors import SweepError
from tests.sweeps.conftest import APP, JOBLIB, command, states, study_in
from tests.sweeps.shell import contents, run
from tests.sweeps.surroundings import ENVIRONMENTS

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="names and permissions of POSIX"),
]


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


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sweeps.study.storage import locate

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
