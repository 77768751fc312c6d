"""A board of what trials had come to at one step: stopped ones and those that went on, side by side."""

from __future__ import annotations

import math

import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


def at_step(board: pd.DataFrame, trials: list[FrozenTrial], step: int) -> pd.DataFrame:
    """The board's trials that ended well and had reported at a step, all COMPLETE with what they reported.

    A trial that went on where another had stopped has that one's reports before its own.

    Args:
        board: a leaderboard.
        trials: of its study.
        step: as reported.

    Raises:
        SweepError: nobody reported there, or trials have replicates, whose steps are seeds.
    """
    if "replicates" in board.columns and board["replicates"].notna().any():
        raise SweepError(f"step {step}: of trials with replicates only the mean over seeds is known")
    by_number = {trial.number: trial for trial in trials}
    continues = board["continues"] if "continues" in board.columns else [pd.NA] * len(board)
    earlier = {
        int(trial): int(before)
        for trial, before in zip(board["trial"], continues, strict=True)
        if not pd.isna(before)
    }
    values: list[float] = []
    for number in map(int, board["trial"]):
        value: float | None = None
        trial = by_number.get(number)
        if trial is not None and trial.state in ENDED:
            while value is None and trial is not None:
                value = trial.intermediate_values.get(step)
                trial = by_number.get(earlier.get(trial.number, -1))
        values.append(math.nan if value is None else value)
    result = board.assign(value=values, state="COMPLETE")
    result = result[result["value"].notna()].reset_index(drop=True)
    if result.empty:
        raise SweepError(f"step {step}: no trial that has ended reported a value there")
    return result
