"""How a sweep ends badly: whose fault it is, and what is said of it in one line."""

from __future__ import annotations

import contextlib
import errno
import pickle
import signal

import pytest
from hydra.errors import MissingConfigException
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from optuna.exceptions import StorageInternalError

from sweeps.errors import FaultError, SweepError, SweepInterruptedError, composition_error, is_fault, reason
from tests.sweeps.parts import LOADER, master_of


class SpeechlessError(Exception):
    """Cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_whoever_handles_failures_lets_a_signal_pass() -> None:
    with pytest.raises(SweepInterruptedError) as stopped, contextlib.suppress(Exception):
        raise SweepInterruptedError(signal.SIGTERM)
    assert stopped.value.signum == signal.SIGTERM


@given(st.integers(1, 64))
def test_the_signal_comes_back_from_a_workers_process(signum: int) -> None:
    assert pickle.loads(pickle.dumps(SweepInterruptedError(signum))).signum == signum


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (PermissionError(errno.EROFS, "Read-only file system"), True),
        (StorageInternalError("the database is gone"), True),
        (FaultError("the disk is full"), True),
        (ConnectionResetError("a launcher's worker has died"), False),
        (BrokenPipeError("likewise"), False),
        (MissingConfigException("no such file", "shape/square"), False),  # an OSError of Hydra's
        (SweepError("x=1: must be 2"), False),
        (ValueError("the job's own"), False),
        (SweepInterruptedError(signal.SIGINT), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_the_disk_or_the_storage_has_done_is_their_fault(error: BaseException, fault: bool) -> None:
    assert is_fault(error) is fault


@given(st.text())
def test_a_reason_is_one_line_with_the_class_first(text: str) -> None:
    said = reason(ValueError(text))
    assert said.isprintable()
    assert said == "ValueError" or said.startswith("ValueError: ")
    assert (said == "ValueError") == (not text.split())


def test_of_an_exception_that_cannot_say_what_it_is_the_class_is_said() -> None:
    assert reason(SpeechlessError()) == "SpeechlessError"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("hydra/launcher=nosuch", "hydra/launcher=nosuch: no such option; must be one of basic, joblib"),
        ("x=interval(1)", "x=interval(1): TypeError while evaluating 'interval(1)': missing a required"),
        ("momentun=1", "unknown key momentun; did you mean momentum?"),
        ("entirely_different=1", "unknown key entirely_different"),
        ("hydra.job.num=abc", "Error merging override hydra.job.num=abc: Value 'abc' of type 'str' could"),
    ],
)
def test_what_hydra_refuses_is_said_with_the_override_and_why(override: str, said: str) -> None:
    with pytest.raises(Exception) as raised:
        LOADER.load_sweep_config(master_of(), [override])
    refusal = composition_error(raised.value, ["momentum", "steps"])
    assert isinstance(refusal, SweepError)
    assert str(refusal).startswith(said)
    assert str(refusal).isprintable()
    assert ("did you mean" in str(refusal)) == ("did you mean" in said)


def test_a_value_that_cannot_be_resolved_is_said_with_its_whole_name() -> None:
    config = OmegaConf.create({"deep": {"er": "${nowhere}"}})
    with pytest.raises(OmegaConfBaseException) as raised:
        _ = config.deep.er
    assert str(composition_error(raised.value)) == "deep.er: Interpolation key 'nowhere' not found"
