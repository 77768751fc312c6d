"""Signals stop a sweep where it waits or a job runs, and leave no step half done."""

from __future__ import annotations

import signal
import threading

import pytest

from sweeps.errors import SweepInterruptedError
from sweeps.system import signals

BOTH = pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signals of a test are its alone."""
    monkeypatch.setattr(signals, "_state", signals._State())


@BOTH
def test_a_signal_is_noted_and_raises_where_it_is_next_let_through(signum: int) -> None:
    steps = []
    with signals.stopping_on_signals():
        signal.raise_signal(signum)
        steps.append("begun and ended")
        assert signals.interruption() == signum
        with pytest.raises(SweepInterruptedError) as stopped, signals.let_through():
            steps.append("waited")
    assert steps == ["begun and ended"]
    assert stopped.value.signum == signum


@pytest.mark.parametrize(
    ("signum", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SweepInterruptedError)]
)
def test_a_job_is_struck_at_once(signum: int, kind: type[BaseException]) -> None:
    steps = []

    def job() -> None:
        signal.raise_signal(signum)
        steps.append("ran on")

    with signals.stopping_on_signals(), pytest.raises(kind) as stopped, signals.let_through():
        job()
    assert steps == []
    assert stopped.type is kind


@BOTH
def test_a_step_that_is_held_back_is_done_to_its_end(signum: int) -> None:
    steps = []

    def write() -> None:
        with signals.held_back():
            signal.raise_signal(signum)
            steps.append("written")
        steps.append("ran on")

    with signals.stopping_on_signals():
        with pytest.raises(SweepInterruptedError), signals.let_through():
            write()
        assert steps == ["written"]
        write()  # where nothing is let through, it does not raise afterwards either
    assert steps == ["written", "written", "ran on"]


def test_a_job_that_has_caught_a_signal_may_still_write() -> None:
    steps = []
    with signals.stopping_on_signals(), signals.let_through():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with signals.held_back():
            steps.append("its checkpoint")
        steps.append("its record")
    assert steps == ["its checkpoint", "its record"]


def test_a_signal_is_known_whatever_a_job_makes_of_its_exception() -> None:
    def job() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except SweepInterruptedError:
            raise RuntimeError("another exception") from None

    with signals.stopping_on_signals():
        signals.check()
        assert signals.interruption(RuntimeError("the job's own")) is None
        with pytest.raises(RuntimeError) as raised, signals.let_through():
            job()
        assert signals.interruption(raised.value) == signal.SIGTERM
        with pytest.raises(SweepInterruptedError):
            signals.check()


def test_an_exception_says_which_signal_it_stands_for() -> None:
    assert signals.interruption(KeyboardInterrupt()) == signal.SIGINT
    assert signals.interruption(SweepInterruptedError(signal.SIGTERM)) == signal.SIGTERM


def test_what_stops_a_worker_stops_the_sweep_whose_process_it_shares() -> None:
    with signals.stopping_on_signals():
        with signals.stopping_on_signals():
            signal.raise_signal(signal.SIGTERM)
        assert signals.interruption() == signal.SIGTERM
        with signals.stopping_on_signals():  # the next worker
            assert signals.interruption() is None
        assert signals.interruption() == signal.SIGTERM


@BOTH
def test_afterwards_signals_do_what_they_did(signum: int) -> None:
    before = signal.getsignal(signum)
    with signals.stopping_on_signals():
        assert signal.getsignal(signum) != before
    assert signal.getsignal(signum) == before


def test_outside_a_sweep_signals_are_pythons() -> None:
    # What a shell has started in the background ignores SIGINT.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), signals.let_through():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@BOTH
def test_in_another_thread_nothing_changes(signum: int) -> None:
    seen = []

    def work() -> None:
        with signals.stopping_on_signals(), signals.let_through(), signals.held_back():
            seen.append(signal.getsignal(signum))

    before = signal.getsignal(signum)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
