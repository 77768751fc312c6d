"""What runs, in words."""

from __future__ import annotations

import pytest

from sweeps.study.situation import Running
from sweeps.terminal.situation_lines import counts, far_of, running_line, told_params
from tests.sweeps.terminal.situations import running, situation


@pytest.mark.parametrize(
    ("trial", "text"),
    [
        (running(done=12.9, of=27.0, step=12), "12/27"),
        (running(done=0.5, of=1.5), "0/1.5"),
        (running(step=7), "step 7"),
        (running(), ""),
    ],
)
def test_how_far_a_trial_is(trial: Running, text: str) -> None:
    assert far_of(trial) == text


def test_what_it_tries() -> None:
    assert told_params(running()) == "hidden=[128]"
    assert told_params(running(resumes=3)) == "resumes 3: hidden=[128]"
    assert told_params(running(params={})) == ""
    assert "\x1b" not in told_params(running(params={"name": "a\x1b[2Jb"}))


def test_what_is_done_and_what_is_left() -> None:
    assert counts(situation([], failed=1)) == "2/9 done, 1 failed, about 1 min 30 s left"
    assert counts(situation([], expected=None, left=None)) == "2 done"


def test_a_line_names_a_few_and_counts_the_others() -> None:
    trials = [running(number, done=3, of=27, value=158.2051) for number in range(2)]
    assert running_line(situation(trials)) == (
        "running: trial 0 (3/27, 158.205), trial 1 (3/27, 158.205); 2/9 done, about 1 min 30 s left"
    )
    line = running_line(situation([running(number) for number in range(6)], left=None))
    assert line == (
        "running: trial 0 (1 min 12 s), trial 1 (1 min 12 s), trial 2 (1 min 12 s), trial 3 (1 min 12 s), "
        "2 more; 2/9 done"
    )
