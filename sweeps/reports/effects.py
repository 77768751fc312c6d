"""What each choice adds, from as many trials of a study as can be set side by side."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError
from sweeps.results.at_step import at_step
from sweeps.results.effects import effects


@dataclass(frozen=True)
class Effects:
    """Of a study.

    Attributes:
        frame: of `sweeps.results.effects.effects`.
        step: by what was reported there; None by the trials' own values.
    """

    frame: pd.DataFrame
    step: int | None


def effects_of(board: pd.DataFrame, trials: list[FrozenTrial]) -> Effects | None:
    """Of complete trials; where some were stopped, of all by the last step that every one of them reached,
    since the survivors of weak choices are their lucky ones. None where the board cannot be taken apart."""
    stopped = [trial.last_step for trial in trials if trial.state == TrialState.PRUNED]
    try:
        if not stopped:
            return Effects(effects(board), None)
        reached = [step for step in stopped if step is not None]
        if not reached:
            return None
        return Effects(effects(at_step(board, trials, min(reached))), min(reached))
    except SweepError:  # one parameter, say, that has another value in every trial
        return None
