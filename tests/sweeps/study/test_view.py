"""What a sweep adds to a study comes back as it was said."""

from __future__ import annotations

from pathlib import Path

from sweeps.study.view import StudyView
from tests.sweeps.parts import journal_study


def test_a_study_that_is_new_says_nothing(tmp_path: Path) -> None:
    view = StudyView(journal_study(tmp_path))
    assert (view.spec, view.n_trials, view.columns) == (None, None, {})
    assert view.program == "python PROGRAM.py"


def test_what_was_said_is_what_others_read(tmp_path: Path) -> None:
    view = StudyView(journal_study(tmp_path))
    view.note_search({"config": {"x": 1}}, "python app.py")
    view.note_command(20, {"epochs": None, "parameters": "weights"})
    other = StudyView(journal_study(tmp_path))
    assert (other.spec, other.program, other.n_trials) == ({"config": {"x": 1}}, "python app.py", 20)
    assert other.columns == {"epochs": None, "parameters": "weights"}


def test_the_same_command_writes_nothing_more(tmp_path: Path) -> None:
    view = StudyView(journal_study(tmp_path))
    view.note_command(20, {"epochs": None})
    before = (tmp_path / "study.journal").read_bytes()
    view.note_command(20, {"epochs": None})
    assert (tmp_path / "study.journal").read_bytes() == before
    view.note_command(None, {})
    assert StudyView(journal_study(tmp_path)).n_trials is None
