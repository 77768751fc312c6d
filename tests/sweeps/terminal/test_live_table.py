"""The table of what runs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sweeps.study.situation import Situation
from sweeps.terminal.live_table import rendered
from tests.sweeps.terminal.situations import running, situation


def lines(situation: Situation, width: int = 100, encoding: str = "utf-8") -> list[str]:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    Console(file=file, width=width, force_terminal=True, no_color=True, color_system=None).print(
        rendered("study", situation)
    )
    file.flush()
    return [line.rstrip() for line in raw.getvalue().decode(encoding).splitlines()]


TRIALS = [running(7, 0, done=13.5, of=27.0, step=13, value=158.2051), running(11, 1, resumes=3)]


def test_each_worker_has_a_line_below_one_on_the_study() -> None:
    head, names, first, second = lines(situation(TRIALS))
    assert head.startswith("study  2/9 done, about 1 min 30 s left; best 157.5 (trial 1); ")
    assert names.split() == ["worker", "trial", "step", "value", "time", "parameters"]
    assert first.split() == ["0", "7", "━━━━━━", "13/27", "158.205", "1", "min", "12", "s", *PARAMS]
    assert second.split() == ["1", "11", "1", "min", "12", "s", "resumes", "3:", *PARAMS]


PARAMS = ["hidden=[128]"]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_it_keeps_to_the_terminal_and_cuts_the_parameters_first(width: int) -> None:
    shown = lines(situation(TRIALS), width)
    assert len(shown) == 4
    assert max(map(len, shown)) <= width
    if width >= 60:
        assert "158.205" in shown[2]
        assert "1 min 12 s" in shown[2]


def test_workers_of_several_machines_are_told_apart() -> None:
    shown = lines(situation([running(0, 0, machine="a"), running(1, 0, machine="b")]))
    assert [line.split()[0] for line in shown[2:]] == ["a:0", "b:0"]


def test_where_nothing_runs_there_is_one_line() -> None:
    assert len(lines(situation([]))) == 1


def test_a_plain_terminal_gets_plain_characters() -> None:
    lines(situation([TRIALS[0]]), encoding="ascii")  # and no UnicodeEncodeError


def test_names_are_no_markup() -> None:
    assert "[bold]x" in lines(situation([running(params={"a": "[bold]x"})]))[2]
