"""What each choice adds, from as many trials of a study as can be set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError
from sweeps.results.at_step import at_step, ends_in_nan, first_stop, was_stopped
from sweeps.results.effects import Misfit, effects

MOST_LEFT_OUT = 0.1  # of the trials: where more do not fit, it is the model that does not


@dataclass(frozen=True)
class Effects:
    """Of a study.

    Attributes:
        frame: of `sweeps.results.effects.effects`.
        step: by what was reported there; None by the trials' own values.
        left_out: trials that the others do not explain, such as a run that went astray: one would widen every
            interval beyond use.
        undefined: trials that were stopped for a NaN, and have no value.
    """

    frame: pd.DataFrame
    step: int | None
    left_out: Sequence[Misfit] = ()
    undefined: Sequence[int] = ()


def effects_of(board: pd.DataFrame, trials: list[FrozenTrial]) -> Effects | None:
    """Of complete trials; where some were stopped, of all by the last step that every one of them reached,
    since the survivors of weak choices are their lucky ones. None where the board cannot be taken apart."""
    step = first_stop(trials)
    if step is None and any(map(was_stopped, trials)):
        return None
    try:
        beside = board if step is None else at_step(board, trials, step)
        undefined = [
            trial.number for trial in trials if trial.state == TrialState.PRUNED and ends_in_nan(trial)
        ]
        return replace(_without_misfits(beside, step), undefined=undefined)
    except SweepError:  # one parameter, say, that has another value in every trial
        return None


def _without_misfits(board: pd.DataFrame, step: int | None) -> Effects:
    """Leaves out the worst one, and looks again: it may have hidden another."""
    frame, left_out = effects(board), list[Misfit]()
    most = MOST_LEFT_OUT * frame.attrs["trials"]
    while frame.attrs["misfits"] and len(left_out) + 1 <= most:
        worst = max(frame.attrs["misfits"], key=lambda misfit: abs(misfit.value - misfit.expected))
        left_out.append(worst)
        numbers = [misfit.trial for misfit in left_out]
        try:
            frame = effects(board[~board["trial"].isin(numbers)].reset_index(drop=True))
        except SweepError:  # the only trial of some choice
            return Effects(frame, step, left_out[:-1])
    return Effects(frame, step, left_out)
