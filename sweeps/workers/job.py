"""One trial's job, run as Hydra's launchers run it, and what came of it."""

from __future__ import annotations

import itertools
import math
import os
import traceback
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus, run_job
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict
from optuna import TrialPruned
from optuna.trial import TrialState

from sweeps.errors import FaultError, SweepInterruptedError, disk_fault, reason
from sweeps.inside.number import length_of, number_of, shown
from sweeps.results import records
from sweeps.results.outcome import Outcome
from sweeps.settings import Settings
from sweeps.study.patience import AwayError
from sweeps.system.atomic import write_text
from sweeps.text import one_line, without_passwords


def run_trial_job(
    task: TaskFunction,
    config: DictConfig,
    number: int,
    subfolder: str,
    context: HydraContext,
    settings: Settings,
) -> Outcome:
    """Runs the program's function with a trial's configuration.

    Args:
        number: the trial's, which is the job's.
        subfolder: of the study's folder, made for it.

    Raises:
        SweepInterruptedError: a signal came; a job may say so by `SystemExit(128 + signum)`.
        KeyboardInterrupt: likewise.
        AwayError: the study's storage was away for too long when the job reported.
        FaultError: the job met a full disk, or one that is read-only or gone.
    """
    with open_dict(config):
        config.hydra.job.num = number
        config.hydra.job.id = str(number)
        config.hydra.sweep.subdir = subfolder
    try:
        job_return = run_job(
            task_function=task,
            config=config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=context,
        )
    except SystemExit as error:
        if error.code in (130, 143):
            raise SweepInterruptedError(int(error.code) - 128) from None
        return Outcome(TrialState.FAIL, reason=_left(error.code))
    folder = Path(str(config.hydra.sweep.dir)) / subfolder
    return _outcome(job_return, folder, settings)


def _left(code: object) -> str:
    """What a job that left by `sys.exit` said: a number, or a text, which means 1."""
    if code is None or isinstance(code, int):
        return f"the job left with exit code {int(code or 0)}"
    return f"the job left with exit code 1: {one_line(code)}"


def _outcome(job_return: JobReturn, folder: Path, settings: Settings) -> Outcome:
    value: Any = job_return._return_value
    if job_return.status != JobStatus.COMPLETED:
        if isinstance(value, TrialPruned):
            return Outcome(TrialState.PRUNED, reason=one_line(value) or "pruned")
        if isinstance(value, AwayError):
            raise value  # no fault of the job's
        if isinstance(value, BaseException) and disk_fault(value) is not None:
            raise FaultError(reason(value)) from value  # nor this
        remark = _write_traceback(folder, value)
        return Outcome(TrialState.FAIL, reason=reason(value) + remark)
    try:
        if settings.objective is not None:
            values = tuple(records.values(folder, settings.objective))
        else:
            values = _numbers(value, len(settings.directions))
    except (records.MissingError, _NoNumberError) as error:
        return Outcome(TrialState.FAIL, reason=one_line(error))
    return Outcome(TrialState.COMPLETE, values)


class _NoNumberError(Exception):
    """What a job returned is not what the study needs; the message says why."""


def _numbers(value: Any, count: int) -> tuple[float, ...]:
    try:
        length = length_of(value)
        items = (value,) if length is None else tuple(itertools.islice(value, count + 1))
    except Exception as error:  # the value's own code
        raise _NoNumberError(f"the job returned {shown(value)}: {reason(error)}") from None
    if length is None and count > 1:
        raise _NoNumberError(f"the job returned {shown(value)}; the study needs {count} numbers")
    if len(items) != count:
        raise _NoNumberError(f"the job returned {length} values; hydra.sweeper.direction names {count}")
    return tuple(_finite(item) for item in items)


def _finite(item: Any) -> float:
    try:
        number = number_of(item)
    except TypeError:
        raise _NoNumberError(f"the job returned {shown(item)}; the study needs a number") from None
    if math.isnan(number):
        raise _NoNumberError("the job returned NaN")
    if math.isinf(number):
        # Means, boards, records and samplers cannot reckon with it, and `-inf` would be the best for ever.
        raise _NoNumberError(f"the job returned {number}; the study needs a finite number")
    return number


def _write_traceback(folder: Path, error: BaseException) -> str:
    """Returns what is to be said where it cannot be written: why the job failed outranks that."""
    text = without_passwords("".join(traceback.format_exception(error)))
    path = folder / "traceback.txt"
    if os.path.lexists(path):
        return ""
    try:
        write_text(path, text.encode(errors="backslashreplace").decode())
    except FileNotFoundError:  # a job may have removed its folder: what it raised is told all the same
        return ""
    except OSError as failure:
        return f" (traceback.txt cannot be written: {failure.strerror})"
    return ""
