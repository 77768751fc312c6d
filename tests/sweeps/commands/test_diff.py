"""`python -m sweeps diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.__main__ import main
from tests.sweeps.reports.studies import make_study
from tests.sweeps.results.runs import HISTORY, leave_run, record_of


def test_two_runs_by_their_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = leave_run(tmp_path / "a", record_of([64], 170.0), HISTORY)
    other = leave_run(tmp_path / "b", record_of([32], 171.5), HISTORY.replace("21.0", "22.5"))
    assert main(["diff", str(one), str(other)]) == 0
    out = capsys.readouterr().out
    assert "encoder.hidden" in out
    assert "provenance: no difference" in out
    assert "1.50  nats/image" in out
    assert "val_loss     2" in out
    assert "\nloss" not in out  # validation tells it
    assert main(["diff", str(one), str(other), "--curves", "val_loss", "--format", "markdown"]) == 0
    assert "| 2 | 21.00 | 22.50 | 1.50 |" in capsys.readouterr().out


def test_trials_of_a_study_by_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_study(tmp_path / "s")
    study = str(tmp_path / "s")
    assert main(["diff", f"{study}:0", f"{study}:7"]) == 0
    out = capsys.readouterr().out
    assert "configuration: no difference" in out
    assert "val" in out


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("{s}", "is a study; {s}:NUMBER names a trial of it"),
        ("{s}:99", "{s}:99: the study has trials 0 to 13"),
        ("{s}:x", "{s}:x: no such folder, and no STUDY:NUMBER"),
        ("nowhere", "nowhere: no such folder, and no STUDY:NUMBER"),
        ("nowhere:1", "nowhere: no such folder"),
    ],
)
def test_what_is_no_trial_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str, complaint: str
) -> None:
    make_study(tmp_path / "s")
    names = {"s": tmp_path / "s"}
    assert main(["diff", f"{tmp_path / 's'}:0", word.format(**names)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert complaint.format(**names) in captured.err
    assert captured.out == ""


def test_an_unknown_curve_is_refused_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = leave_run(tmp_path / "a", record_of([64], 170.0), HISTORY)
    assert main(["diff", str(one), str(one), "--curves", "kl"]) == 2
    assert "--curves=kl: not both have such a column; there is loss, val_loss" in capsys.readouterr().err
