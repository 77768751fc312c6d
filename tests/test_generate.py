from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from tests.conftest import Command, files_below


@pytest.mark.parametrize("kind", ["prior", "plane"])
def test_it_draws_more_digits_and_overwrites_only_when_told(
    command: Command, finished_run: Path, tmp_path: Path, kind: str
) -> None:
    arguments = [str(finished_run), "--count", "25", "--scale", "2.0", "--out", "x.png", "--kind", kind]
    result = command("lstm_vae.generate", *arguments)
    assert result.returncode == 0, result.stderr
    assert matplotlib.image.imread(tmp_path / "x.png").std() > 0.01
    sharp = command("lstm_vae.generate", *arguments, "--temperature", "0.1", "--out", "sharp.png")
    assert sharp.returncode == 0, sharp.stderr
    plain, sharper = (matplotlib.image.imread(tmp_path / name) for name in ("x.png", "sharp.png"))
    assert not np.array_equal(plain, sharper)
    again = command("lstm_vae.generate", *arguments)
    assert again.returncode == 2
    assert "--out=x.png: exists; --force overwrites it" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--count", "0", "--out", "x.png"], "--count: '0': must be a whole number of at least 1"),
        (
            ["--count", "99999", "--out", "x.png"],
            "--count: '99999': must be a whole number of at least 1 and at most 10000",
        ),
        (["--scale", "-1", "--out", "x.png"], "--scale: '-1': must be a number above 0"),
        (
            ["--temperature", "0", "--out", "x.png"],
            "--temperature: '0': must be a number at least 0.01 and at most 100",
        ),
        (["--count", "20", "--kind", "plane", "--out", "x.png"], "--count=20: must be a square number"),
        (["--out", "x.gif"], "--out=x.gif: must end in one of"),
        (["--out", "nowhere/x.png"], "its folder does not exist"),
        ([], "--out"),
        (["--kind", "cube", "--out", "x.png"], "invalid choice: 'cube'"),
    ],
)
def test_bad_arguments_are_one_line_and_exit_code_2(
    command: Command, finished_run: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = command("lstm_vae.generate", str(finished_run), *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not files_below(tmp_path)


def test_no_run_no_picture(command: Command, tmp_path: Path) -> None:
    result = command("lstm_vae.generate", "nowhere", "--out", "x.png")
    assert (result.returncode, result.stderr) == (2, "error: nowhere: no such run folder\n")
