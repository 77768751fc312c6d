"""Trials that gave way: another process had taken the same, or the last, at the same moment."""

from __future__ import annotations

from optuna.trial import FrozenTrial, TrialState

from sweeps import attributes

TAKEN = "another process had taken the same, or the last of the budget"  # for people


def gave_way(trial: FrozenTrial) -> bool:
    """Whether a trial was closed at once, because another process had taken the same, or the last.

    Not before it has ended: whoever was about to close it may die, and another gives it up for that.
    """
    surplus = trial.user_attrs.get(attributes.CAUSE) == attributes.SURPLUS
    return trial.state == TrialState.FAIL and surplus
