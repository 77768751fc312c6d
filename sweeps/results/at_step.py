"""A board of what trials had come to at one step: stopped ones and those that went on, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


def at_step(board: pd.DataFrame, trials: list[FrozenTrial], step: int) -> pd.DataFrame:
    """The board's trials that ended well and had reported at a step, all COMPLETE with what they reported.

    A trial that went on where another had stopped holds that one's reports, too (`enqueue_resumption`).

    Args:
        board: a leaderboard.
        trials: of its study.
        step: as reported.

    Raises:
        SweepError: nobody reported there, or trials have replicates, whose steps are seeds.
    """
    if "replicates" in board.columns and board["replicates"].notna().any():
        raise SweepError(f"step {step}: of trials with replicates only the mean over seeds is known")
    reports = {
        trial.number: trial.intermediate_values.get(step, math.nan)
        for trial in trials
        if trial.state in ENDED
    }
    values = [reports.get(int(number), math.nan) for number in board["trial"]]
    result = board.assign(value=values, state="COMPLETE")
    result = result[result["value"].notna()].reset_index(drop=True)
    if result.empty:
        raise SweepError(f"step {step}: no trial that has ended reported a value there")
    return result


def first_stop(trials: Sequence[FrozenTrial]) -> int | None:
    """The last step that all trials reached which the pruner stopped; None where it stopped none that has
    reported. One that was stopped for a NaN was stopped anywhere."""
    return min((t.last_step for t in trials if was_stopped(t) and t.last_step is not None), default=None)


def was_stopped(trial: FrozenTrial) -> bool:
    """Whether the pruner stopped a trial, for its values and not for a NaN."""
    return trial.state == TrialState.PRUNED and not ends_in_nan(trial)


def ends_in_nan(trial: FrozenTrial) -> bool:
    """Whether the last value that a trial reported is NaN."""
    return trial.last_step is not None and math.isnan(trial.intermediate_values[trial.last_step])
