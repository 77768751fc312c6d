"""The ways in which a command ends badly."""

from __future__ import annotations

import itertools
import signal

import pytest

from lstm_vae.errors import InterruptedRunError, PrunedRunError, RunFailedError, UserError

ENDS = (UserError, RunFailedError, PrunedRunError, InterruptedRunError)


@pytest.mark.parametrize(("one", "other"), itertools.permutations(ENDS, 2))
def test_no_end_is_taken_for_another(one: type[Exception], other: type[Exception]) -> None:
    assert not issubclass(one, other)
    assert not issubclass(one, (OSError, ValueError))  # those that a defect raises, too


def test_a_run_stopped_by_a_signal_knows_which_and_says_its_message() -> None:
    stopped = InterruptedRunError(signal.SIGTERM, "stopped; go on with training.resume=r")
    assert stopped.signum == signal.SIGTERM
    assert str(stopped) == "stopped; go on with training.resume=r"
