"""Sweeps of a small program, run as a user runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial

from tests.conftest import OUTSIDE

Start = Callable[..., "subprocess.Popen[str]"]
JOBLIB = ("hydra/launcher=joblib", "hydra.sweeper.n_workers=2")
LAUNCHERS = pytest.mark.parametrize("launcher", [(), JOBLIB], ids=["basic", "joblib"])
# What takes long: with one launcher each time, with the other among the slow tests.
BASIC_OFTEN = pytest.mark.parametrize(
    "launcher", [(), pytest.param(JOBLIB, marks=pytest.mark.slow)], ids=["basic", "joblib"]
)
SIGNALS = pytest.mark.parametrize(
    ("signum", "code", "launcher"),
    [
        pytest.param(signal.SIGINT, 130, JOBLIB, id="2-130-joblib"),
        pytest.param(signal.SIGTERM, 143, (), id="15-143-basic"),
        pytest.param(signal.SIGINT, 130, (), marks=pytest.mark.slow, id="2-130-basic"),
        pytest.param(signal.SIGTERM, 143, JOBLIB, marks=pytest.mark.slow, id="15-143-joblib"),
    ],
)
APP = Path(__file__).parent / "program" / "app.py"
Sweep = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """Runs `python app.py --multirun ARGUMENTS` in an empty folder."""

    def run(*arguments: str, **environment: str) -> Any:
        return subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env={**OUTSIDE, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts such a sweep, in a process group of its own, and does not wait."""

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(*arguments),
            cwd=tmp_path,
            env=OUTSIDE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return begin


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(APP), "--multirun", *arguments]


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something has happened; never longer than that."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def stopped_in_the_midst(
    process: subprocess.Popen[str], tmp_path: Path, signum: int, code: int
) -> list[FrozenTrial]:
    """The trials of a sweep that is sent a signal when trial 1 has begun and trial 0 has ended, and leaves as
    it must."""
    events = tmp_path / "events"
    wait_for(lambda: any(line.startswith("start 1") for line in lines(events)))
    wait_for(lambda: any(line.startswith("end 0") for line in lines(events)))
    os.killpg(process.pid, signum) if signum == signal.SIGINT else process.send_signal(signum)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    trials = trials_of(tmp_path)
    assert "RUNNING" not in states(trials)
    return trials


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def folder_of(tmp_path: Path) -> Path:
    """The folder of the only study."""
    (folder,) = (tmp_path / "results").iterdir()
    return folder


def trials_of(tmp_path: Path) -> list[FrozenTrial]:
    """The trials of the only study, read from its journal."""
    return study_of(tmp_path).get_trials(deepcopy=False)


def study_of(tmp_path: Path) -> optuna.Study:
    return study_in(folder_of(tmp_path))


def study_in(folder: Path) -> optuna.Study:
    """The study of a folder's journal."""
    backend = JournalFileBackend(str(folder / "study.journal"))
    return optuna.load_study(study_name=None, storage=optuna.storages.JournalStorage(backend))


def states(trials: list[FrozenTrial]) -> list[str]:
    return [trial.state.name for trial in trials]
