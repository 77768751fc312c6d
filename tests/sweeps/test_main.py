"""`python -m sweeps ...`: what is wrong costs one line."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sweeps.__main__ import main, parser
from tests.conftest import ROOT
from tests.sweeps.shell import tool

FULL = Path("/dev/full")


@pytest.mark.long
@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "nowhere"),
        ("leaderboard", "."),
        ("compare", "nothing.csv", "nothing2.csv"),
        ("compare", "torn.csv", "torn2.csv"),
        ("status", "damaged"),
    ],
)
def test_bad_input_is_one_line_and_names_the_file(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    for name in ("torn.csv", "torn2.csv"):
        (tmp_path / name).write_text("trial,value\n1\n")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "spec.yaml").write_text("study: s\n")
    (tmp_path / "damaged" / "study.journal").write_text("{]\n{]\n")
    result = tool(tmp_path, *arguments)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert arguments[1].removesuffix(".") in result.stderr


def test_the_commands_are_those_of_the_documentation() -> None:
    text = (ROOT / "docs" / "leaderboards.md").read_text(encoding="utf-8")
    section = text.partition("## Commands")[2].partition("##")[0]
    names_in_docs = re.findall(r"^\| `(\w+) (?!-m)", section, re.MULTILINE)
    names_in_help = re.findall(r"^    (\w+)", parser().format_help(), re.MULTILINE)
    assert sorted(names_in_help) == sorted(names_in_docs)


def test_what_succeeds_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(tmp_path)]) == 0
    assert "no study below" in capsys.readouterr().out


def test_a_password_is_masked_in_what_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "postgresql://me:unmistakable@nowhere/db"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "unmistakable" not in line


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = FULL.open("w", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", full)
        assert main(["list", str(tmp_path)]) == 1
    with pytest.raises(OSError, match="No space left"):
        full.close()
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "error: OSError: [Errno 28] No space left on device"


def test_who_reads_no_further_ends_a_command_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with monkeypatch.context() as patch, os.fdopen(writing, "w", encoding="utf-8") as stdout:
        patch.setattr("sys.stdout", stdout)
        assert main(["list", str(tmp_path)]) == 1
    assert capsys.readouterr().err == ""
