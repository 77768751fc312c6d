"""What a job raised or how it left, what is told of it, and what is no fault of its own."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from sweeps.errors import FaultError
from sweeps.results.outcome import Outcome
from sweeps.study.patience import AwayError
from sweeps.workers.job import _left
from tests.sweeps.workers.outcomes import MuteError, outcome_of


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("a\nb"), "ValueError: a b"),
        (ValueError(), "ValueError"),
        (ValueError("\x1b[31mred\x00 \udcff"), r"ValueError: \x1b[31mred\x00 \udcff"),
        (ConnectionError("postgresql://me:secret@host/db"), "ConnectionError: postgresql://me:***@host/db"),
        (MuteError(), "MuteError"),
    ],
    ids=["lines", "empty", "control", "password", "mute"],
)
def test_what_a_job_raised_is_told_in_a_line_and_whole_in_a_file(
    tmp_path: Path, error: Exception, reason: str
) -> None:
    assert outcome_of(error, folder=tmp_path, failed=True) == Outcome(TrialState.FAIL, (), reason)
    text = (tmp_path / "traceback.txt").read_text(encoding="utf-8")
    assert type(error).__name__ in text
    assert "secret" not in text


def test_a_job_that_removed_its_folder_is_told_of_all_the_same(tmp_path: Path) -> None:
    said = outcome_of(ValueError("why"), folder=tmp_path / "gone", failed=True)
    assert said == Outcome(TrialState.FAIL, (), "ValueError: why")


@pytest.mark.parametrize(
    ("error", "reason"), [(optuna.TrialPruned(), "pruned"), (optuna.TrialPruned("at\nstep 3"), "at step 3")]
)
def test_a_pruned_job_has_not_failed(tmp_path: Path, error: Exception, reason: str) -> None:
    assert outcome_of(error, folder=tmp_path, failed=True) == Outcome(TrialState.PRUNED, (), reason)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (None, "the job left with exit code 0"),
        (0, "the job left with exit code 0"),
        (7, "the job left with exit code 7"),
        ("no data:\n/x", "the job left with exit code 1: no data: /x"),
        ((1, 2), "the job left with exit code 1: (1, 2)"),
    ],
)
def test_a_job_that_left_says_how(code: object, said: str) -> None:
    assert _left(code) == said


def test_a_storage_that_is_away_is_no_fault_of_the_job(tmp_path: Path) -> None:
    with pytest.raises(AwayError):
        outcome_of(AwayError("gone"), folder=tmp_path, failed=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_is_full_or_gone_is_no_fault_of_the_job(tmp_path: Path, number: int) -> None:
    disk = OSError(number, os.strerror(number))
    failure = RuntimeError("epoch 3: the state cannot be written")
    failure.__cause__ = disk
    for error in (disk, failure):
        with pytest.raises(FaultError, match=type(error).__name__):
            outcome_of(error, folder=tmp_path, failed=True)


def test_a_file_that_is_not_there_may_be_the_jobs_own_mistake(tmp_path: Path) -> None:
    missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "data.csv")
    assert outcome_of(missing, folder=tmp_path, failed=True).state == TrialState.FAIL
