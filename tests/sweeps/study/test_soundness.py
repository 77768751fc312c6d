"""What a study may hold, and what it may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.study.soundness import is_below, require_sound
from tests.sweeps.parts import journal_study


def changed(tmp_path: Path, what: str, value: Any) -> None:
    """Changes a value in the last record of the journal that has one."""
    path = tmp_path / "study.journal"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    place = next(record for record in reversed(records) if what in record)
    place[what] = value
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_one_of_our_own_is_sound(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    trial = study.ask()
    trial.report(float("nan"), 0)
    trial.report(1, 1)
    study.tell(trial, 2.0)
    require_sound(study, tmp_path)
    require_sound(journal_study(tmp_path), tmp_path)


@pytest.mark.parametrize("value", [True, False, "1.5", None, [1.0], 10**30])
def test_an_intermediate_value_is_a_number(tmp_path: Path, value: Any) -> None:
    """`true` is a number to Python, and none in a table of curves."""
    study = journal_study(tmp_path)
    study.ask().report(1.0, 1)
    changed(tmp_path, "intermediate_value", value)
    with pytest.raises(SweepError, match="intermediate values must be numbers by step"):
        require_sound(journal_study(tmp_path), tmp_path)


@pytest.mark.parametrize("name", ["0", "a/b", "x" * 255, "\udcff", "é" * 127, "/".join(["x" * 100] * 9)])
def test_a_folder_below(name: str) -> None:
    assert is_below(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a\0b",
        "..",
        "a/../b",
        "/a",
        "C:\\a",
        "x" * 256,
        "é" * 128,
        "\ud800",
        "/".join(["x" * 100] * 10),
        7,
        None,
    ],
)
def test_no_folder_below(name: Any) -> None:
    """What no file system takes is no folder, too."""
    assert not is_below(name)
