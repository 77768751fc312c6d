"""Paths, parameters and durations in words."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.terminal.wording import brief_params, shown_params, shown_path, shown_seconds

SECONDS = {"h": 3600, "min": 60, "s": 1}


@pytest.mark.parametrize("below", [".", "study", "results/a b", "../beside", "../../above"])
def test_a_path_that_is_typed_leads_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    path = (here / below).resolve()
    shown = shown_path(path)
    assert Path(shown).resolve() == path
    assert Path(shown).is_absolute() == below.startswith("..")


@given(st.dictionaries(st.from_regex(r"\A[a-z.]+\Z"), st.text() | st.integers(), min_size=1))
def test_a_shell_takes_each_parameter_for_one_word(params: dict[str, str | int]) -> None:
    assert shlex.split(shown_params(params)) == [f"{name}={value}" for name, value in params.items()]


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_a_number_is_shown_in_four_digits(value: float) -> None:
    name, _, text = shlex.split(shown_params({"x": value}))[0].partition("=")
    assert name == "x"
    assert float(text) == pytest.approx(value, rel=5.001e-4, abs=0)
    assert sum(c.isdigit() for c in text.partition("e")[0].replace(".", "").lstrip("-0")) <= 4


def test_what_is_no_number_is_written_as_hydra_reads_it() -> None:
    assert shown_params({"a": True, "b": None, "c": 1, "d": 0.5}) == "a=true b=null c=1 d=0.5"
    assert shown_params({}) == "(no parameters)"


@given(st.floats(0, 1e6))
def test_a_duration_has_at_most_two_units_and_loses_less_than_the_smaller(seconds: float) -> None:
    units = re.findall(r"([\d.]+) (h|min|s)\b", shown_seconds(seconds))
    assert " ".join(f"{number} {unit}" for number, unit in units) == shown_seconds(seconds)
    assert 1 <= len(units) <= 2
    assert all(float(number) < 60 for number, unit in units if unit != "h")
    smallest = SECONDS[units[-1][1]] if seconds >= 10 else 0.1
    assert abs(sum(float(number) * SECONDS[unit] for number, unit in units) - seconds) < smallest


def test_units_are_those_that_people_use() -> None:
    assert [shown_seconds(s) for s in (0.04, 9.4, 59.4, 59.6, 60, 3599, 3600, 360_000)] == [
        "0.0 s", "9.4 s", "59 s", "1 min 0 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "100 h 0 min",
    ]  # fmt: skip


def test_brief_parameters_have_short_names_where_these_tell_them_apart() -> None:
    assert brief_params({"encoder.hidden": "[128,64]", "encoder.fc": "[]"}) == "hidden=[128,64] fc=[]"
    assert brief_params({"encoder.fc": "[8]", "decoder.fc": "[]"}) == "encoder.fc=[8] decoder.fc=[]"
    assert brief_params({"rate": 0.00123456, "n": 3}) == "rate=0.001235 n=3"
