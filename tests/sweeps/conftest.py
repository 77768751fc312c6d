"""Sweeps of a small program, run as a user runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial

from tests.conftest import OUTSIDE

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
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
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


def folder_of(tmp_path: Path) -> Path:
    """The folder of the only study."""
    (folder,) = (tmp_path / "results").iterdir()
    return folder


def trials_of(tmp_path: Path) -> list[FrozenTrial]:
    """The trials of the only study, read from its journal."""
    return study_of(tmp_path).get_trials(deepcopy=False)


def study_of(tmp_path: Path) -> optuna.Study:
    folder = folder_of(tmp_path)
    backend = optuna.storages.journal.JournalFileBackend(str(folder / "study.journal"))
    return optuna.load_study(study_name=folder.name, storage=optuna.storages.JournalStorage(backend))


def states(trials: list[FrozenTrial]) -> list[str]:
    return [trial.state.name for trial in trials]
