"""Bad input ends the process with one line and exit code 2."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.errors import SweepError
from sweeps.terminal.refusal import refuse, refusing


def refusal(text: str) -> str:
    """What stderr gets before the process ends."""
    with contextlib.redirect_stderr(io.StringIO()) as stderr, pytest.raises(SystemExit) as left:
        refuse(SweepError(text))
    assert left.value.code == 2
    return stderr.getvalue()


@given(st.text())
def test_whatever_is_wrong_costs_one_line(text: str) -> None:
    said = refusal(text)
    assert said.startswith("error: ")
    assert said.endswith("\n")
    assert said[:-1].isprintable()


@given(st.text(max_size=200), st.from_regex(r"\A[a-z0-9%/:]{8,40}\Z"))
def test_no_password_is_shown(before: str, password: str) -> None:
    said = refusal(f"{before} storage=postgresql://me:<{password}>@nowhere/db: no answer")
    assert f"<{password}>" not in said
    assert "@nowhere/db: no answer" in said


def test_only_bad_input_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="a mistake of ours"), refusing():
        raise ValueError("a mistake of ours")
    with refusing():
        pass
    assert capsys.readouterr().err == ""
    with pytest.raises(SystemExit) as left, refusing():
        raise SweepError("hydra.sweeper.n_trials=0: must be a whole number of at least 1 or null")
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        "error: hydra.sweeper.n_trials=0: must be a whole number of at least 1 or null\n"
    )
