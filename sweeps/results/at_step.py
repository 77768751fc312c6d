"""A board of what trials had come to at one step: stopped ones and those that went on, side by side."""

from __future__ import annotations

import math

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
