"""One trial's job, run as Hydra's launchers run it, and what came of it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus, run_job
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict
from optuna import TrialPruned
from optuna.trial import TrialState

from sweeps import records
from sweeps.errors import SweepInterruptedError, reason
from sweeps.settings import Settings
from sweeps.storage import without_passwords


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        state: COMPLETE, PRUNED or FAIL.
        values: one an objective, of a COMPLETE one.
        reason: why it is another.
    """

    state: TrialState
    values: tuple[float, ...] = ()
    reason: str = ""


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
    """
    with open_dict(config):
        config.hydra.job.num = number
        config.hydra.job.id = str(number)
        config.hydra.sweep.subdir = subfolder
    try:
        returned = run_job(
            task_function=task,
            config=config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=context,
        )
    except SystemExit as left:
        if left.code in (130, 143):
            raise SweepInterruptedError(int(left.code) - 128) from None
        return Outcome(TrialState.FAIL, reason=f"the job left with exit code {left.code}")
    folder = Path(str(config.hydra.sweep.dir)) / subfolder
    return _outcome(returned, folder, settings)


def _outcome(returned: JobReturn, folder: Path, settings: Settings) -> Outcome:
    value: Any = returned._return_value
    if returned.status != JobStatus.COMPLETED:
        if isinstance(value, TrialPruned):
            return Outcome(TrialState.PRUNED, reason=str(value) or "pruned")
        _write_traceback(folder, value)
        return Outcome(TrialState.FAIL, reason=without_passwords(reason(value)))
    try:
        return Outcome(TrialState.COMPLETE, _numbers(value, folder, settings))
    except (TypeError, ValueError) as error:
        return Outcome(TrialState.FAIL, reason=str(error))
    except KeyError as error:
        return Outcome(TrialState.FAIL, reason=str(error.args[0]))


def _numbers(value: Any, folder: Path, settings: Settings) -> tuple[float, ...]:
    if settings.objective is not None:
        return tuple(records.values(folder, settings.objective))
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    wanted = len(settings.directions)
    if len(items) != wanted:
        raise ValueError(f"the job returned {len(items)} values; hydra.sweeper.direction names {wanted}")
    numbers = []
    for item in items:
        try:
            number = float(item)
        except (TypeError, ValueError):
            raise TypeError(f"the job returned {item!r}; the study needs a number") from None
        if number != number:
            raise ValueError("the job returned NaN")
        numbers.append(number)
    return tuple(numbers)


def _write_traceback(folder: Path, error: BaseException) -> None:
    text = without_passwords("".join(traceback.format_exception(error)))
    path = folder / "traceback.txt"
    if not os.path.lexists(path):
        path.write_text(text, encoding="utf-8")
