from __future__ import annotations

import signal
import threading

import pytest

from lstm_vae.errors import InterruptedRunError
from lstm_vae.training.stop import StopSignals


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_raised_when_checked(signum: signal.Signals) -> None:
    before = signal.getsignal(signum)
    with StopSignals() as stop:
        stop.check()
        signal.raise_signal(signum)
        with pytest.raises(InterruptedRunError) as caught:
            stop.check()
    assert caught.value.signum == signum
    assert signal.getsignal(signum) == before


def test_a_second_signal_does_not_wait() -> None:
    with StopSignals():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(InterruptedRunError, match="second SIGINT"):
            signal.raise_signal(signal.SIGINT)


def test_in_another_thread_nothing_is_installed() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def enter() -> None:
        with StopSignals():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]
