"""`python -m sweeps report`: a file where it belongs, and clear words where there can be none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.__main__ import main
from tests.conftest import OUTSIDE
from tests.sweeps.plans import opened, plan_of
from tests.sweeps.reports.studies import make_study


def test_the_page_is_written_into_the_study_and_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_study(tmp_path / "s")
    assert main(["report", str(tmp_path / "s")]) == 0
    page = tmp_path / "s" / "report.html"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert page.stat().st_size < 1_000_000
    assert "report.html: 0." in capsys.readouterr().out
    page.write_text("an earlier one", encoding="utf-8")
    assert main(["report", str(tmp_path / "s")]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_another_file_must_be_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_study(tmp_path / "s")
    target = tmp_path / "mine.html"
    target.write_text("mine", encoding="utf-8")
    assert main(["report", str(tmp_path / "s"), "--output", str(target)]) == 2
    assert target.read_text(encoding="utf-8") == "mine"
    assert capsys.readouterr().err == f"error: {target}: exists already\n"
    assert main(["report", str(tmp_path / "s"), "--output", str(tmp_path / "no" / "x.html")]) == 2
    assert main(["report", str(tmp_path / "s"), "--output", str(tmp_path / "new.html")]) == 0
    assert (tmp_path / "new.html").exists()
    assert not (tmp_path / "s" / "report.html").exists()


@pytest.mark.parametrize("words", [["--pictures=-1"], []])
def test_what_cannot_be_reported_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    make_study(tmp_path / "s")
    twice = [str(tmp_path / "s")] * (1 if words else 2)
    assert main(["report", *twice, *words]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "s" / "report.html").exists()


def test_a_study_of_which_no_trial_has_run_has_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(plan_of(tmp_path / "s", "x=1,2"))
    assert main(["report", str(tmp_path / "s")]) == 2
    assert "no trial has run yet" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    make_study(tmp_path / "s")
    code = (
        "import sys; sys.modules['vl_convert'] = None; from sweeps.__main__ import main; "
        f"sys.exit(main(['report', {str(tmp_path / 's')!r}]))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=OUTSIDE)
    assert result.returncode == 2
    assert result.stderr == "error: report: needs jinja2 and vl-convert-python: pip install -e '.[report]'\n"
    assert not (tmp_path / "s" / "report.html").exists()


def test_it_imports_neither_tensorflow_nor_what_other_commands_need_not(tmp_path: Path) -> None:
    make_study(tmp_path / "s")
    code = (
        "import sys; from sweeps.__main__ import main; "
        "assert 'jinja2' not in sys.modules and 'vl_convert' not in sys.modules; "
        f"main(['report', {str(tmp_path / 's')!r}]); sys.exit('tensorflow' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=OUTSIDE)
    assert result.returncode == 0, result.stderr
