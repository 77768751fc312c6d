"""Showing a sweep while it runs."""

from __future__ import annotations

import io
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from optuna.study import Study
from optuna.trial import FrozenTrial

from sweeps.study.folder import StudyFolder
from sweeps.study.objective import MINIMIZED
from sweeps.study.situation import Lookout, Situation
from sweeps.terminal import watching
from sweeps.terminal.watching import style_of, watched
from tests.sweeps.conftest import wait_for
from tests.sweeps.parts import journal_study, started


class Ended:
    def __init__(self) -> None:
        self.numbers: list[int] = []

    def __call__(self, trial: FrozenTrial) -> None:
        self.numbers.append(trial.number)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return journal_study(tmp_path)


@pytest.fixture
def lookout(study: Study, tmp_path: Path) -> Lookout:
    return Lookout(lambda: study, StudyFolder(tmp_path), MINIMIZED, lambda _: 9)


@pytest.mark.parametrize(
    ("progress", "terminal", "term", "style"),
    [
        ("auto", True, "xterm", "rich"),
        ("auto", True, "dumb", "plain"),
        ("auto", False, "xterm", "plain"),
        ("rich", False, "xterm", "rich"),
        ("plain", True, "xterm", "plain"),
        ("none", True, "xterm", "none"),
    ],
)
def test_auto_is_a_table_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, progress: str, terminal: bool, term: str, style: str
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert style_of(progress) == style


def test_a_terminal_that_has_not_all_letters_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for encoding, style in (("latin-1", "plain"), ("UTF-8", "rich"), ("utf8", "rich")):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(stream, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdout", stream)
        assert style_of("auto") == style


def test_auto_without_stdout_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert style_of("auto") == "plain"


def test_with_a_table_each_trial_that_ends_is_told_once(study: Study, lookout: Lookout) -> None:
    study.tell(started(study), 1.0)  # before
    ended = Ended()
    with watched("rich", "study", lookout, ended):
        time.sleep(0.2)
        for value in (2.0, 3.0):
            study.tell(started(study), value)
        wait_for(lambda: ended.numbers == [1, 2])
        study.tell(started(study), 4.0)
    assert ended.numbers == [1, 2, 3]


@pytest.mark.parametrize("style", ["plain", "none"])
def test_elsewhere_workers_tell(study: Study, lookout: Lookout, style: str) -> None:
    ended = Ended()
    with watched(style, "study", lookout, ended):
        study.tell(started(study), 2.0)
    assert ended.numbers == []


def test_lines_say_now_and_then_what_runs_where_nothing_ends(
    study: Study, lookout: Lookout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watching, "PACE", 0.02)
    monkeypatch.setattr(watching, "SILENCE", 0.3)
    trial = started(study)
    trial.report(158.2, 3)
    output = ""
    with watched("plain", "study", lookout, Ended()):
        end = time.monotonic() + 30
        while output.count("\n") < 2 and time.monotonic() < end:
            time.sleep(0.02)
            output += capsys.readouterr().out
    assert output.splitlines()[:2] == ["running: trial 0 (step 3, 158.2); 0/9 done"] * 2


class Broken(Lookout):
    def look(self, now: datetime) -> Situation:
        raise OSError("away")


def test_a_storage_that_is_away_ends_nothing(study: Study, tmp_path: Path) -> None:
    broken: Any = Broken(lambda: study, StudyFolder(tmp_path), MINIMIZED, lambda _: None)
    for style in ("rich", "plain"):
        with watched(style, "study", broken, Ended()):
            time.sleep(0.05)
