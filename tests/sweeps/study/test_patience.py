"""Waiting for a storage that is away; time passes as the test says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.errors import SweepInterruptedError
from sweeps.inside import pulse
from sweeps.study import patience
from sweeps.study.patience import AwayError, Patience
from sweeps.system import signals


class GoneError(Exception):
    """The storage is away."""


class Time:
    """Passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.meanwhile: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


@pytest.fixture
def time() -> Time:
    return Time()


def waiting(time: Time, limit: float = 600.0) -> Patience:
    def is_away(error: BaseException) -> bool:
        return isinstance(error, GoneError)

    return Patience("db", limit, is_away, str, lambda: time.now, time.sleep)


def back_at(time: Time, moment: float) -> Callable[[], float]:
    """What succeeds from a moment on."""

    def act() -> float:
        if time.now < moment:
            raise GoneError("no answer")
        return time.now

    return act


def test_what_is_away_is_waited_for_and_told_of_once(time: Time, capsys: pytest.CaptureFixture[str]) -> None:
    waits = waiting(time)
    assert waits.through(back_at(time, 60)) >= 60
    assert time.now <= 60 + patience.LONGEST
    first, last = capsys.readouterr().err.splitlines()
    assert first == "note: db cannot be reached (no answer); waiting up to 10 min"
    assert last.startswith("note: db is back after 6")
    assert waits.through(back_at(time, time.now + 30)) >= 90  # another time
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_of_a_moment_nothing_is_said(time: Time, capsys: pytest.CaptureFixture[str]) -> None:
    waiting(time).through(back_at(time, 1))
    assert capsys.readouterr().err == ""


def test_patience_ends_in_one_line_and_what_comes_later_does_not_wait(time: Time) -> None:
    waits = waiting(time, limit=90)
    with pytest.raises(AwayError) as raised:
        waits.through(back_at(time, 1000))
    assert str(raised.value) == "db cannot be reached for 90 s (no answer)"
    assert time.now == pytest.approx(90, abs=0.2)
    before = time.now
    with pytest.raises(AwayError):
        waits.through(back_at(time, 1000))
    assert time.now == before
    time.now = 2000
    waits.through(back_at(time, 1000))  # it is back
    time.now += 1
    assert waits.through(back_at(time, time.now + 60)) >= 2060  # and may be away again


def test_other_errors_are_raised_at_once(time: Time) -> None:
    def act() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        waiting(time).through(act)
    assert time.now == 0


def test_who_does_not_wait_gets_the_first_failure(time: Time) -> None:
    with pytest.raises(GoneError):
        waiting(time, limit=0).through(back_at(time, 1))
    with patience.not_waiting(), pytest.raises(GoneError):
        waiting(time).through(back_at(time, 1))
    assert time.now == 0
    assert waiting(time).through(back_at(time, 1)) >= 1


def test_a_signal_ends_the_waiting(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_state", signals._State())  # the signal is this test's alone
    waits = waiting(time)

    def interrupt() -> None:
        if time.now >= 5 and signals.interruption() is None:
            os.kill(os.getpid(), signal.SIGTERM)

    time.meanwhile = interrupt
    with signals.stopping_on_signals():
        with pytest.raises(AwayError):
            waits.through(back_at(time, 1000))
        assert time.now < 6
        with pytest.raises(SweepInterruptedError):
            signals.check()


def test_a_job_that_waits_has_a_pulse(time: Time, tmp_path: Path) -> None:
    mark = tmp_path / "pulse"
    seen = set()
    time.meanwhile = lambda: seen.add(pulse.state_of(mark))
    with pulse.pulsing(mark):
        waiting(time).through(back_at(time, 5))
    assert len(seen) > 5


def test_when_a_storage_came_back_is_known(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_last_return", float("-inf"))
    waiting(time).through(back_at(time, 0))
    assert patience.returned() == float("-inf")
    waiting(time).through(back_at(time, 20))
    assert patience.returned() == time.now
