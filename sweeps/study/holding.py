"""Which combination of a finite space a trial holds, so that no sampler draws it again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.trial import TrialView, is_surplus

ABOUT = "about "


def combination_key(values: Mapping[str, object]) -> str:
    """Values as a text that two combinations of a finite space share only if they are the same."""
    return json.dumps(dict(sorted(values.items())))


def rough_key(values: Mapping[str, object]) -> str:
    """The same of values as earlier versions left them, whose fractions may differ in their last digits. No
    other key is like it."""
    rounded = {
        name: float(f"{value:.15g}") if isinstance(value, float) else value for name, value in values.items()
    }
    return f"{ABOUT}{combination_key(rounded)}"


def roughly(key: str) -> str:
    """Any key as `rough_key` has it: what trials of all versions are counted by."""
    return key if key.startswith(ABOUT) else rough_key(json.loads(key))


def held_key(trial: FrozenTrial) -> str | None:
    """The key of the combination that nobody else is to draw, since this trial has it or is to have it; None
    of one that has none yet, and of a surplus one."""
    view = TrialView(trial)
    if is_surplus(trial):
        return None
    if view.drawn is not None:
        return view.drawn
    if view.folder is not None or trial.state in (TrialState.COMPLETE, TrialState.PRUNED):
        return rough_key(trial.params)  # of a grid, or of an earlier version
    fixed_params = view.enqueued
    return combination_key(fixed_params) if fixed_params and not trial.state.is_finished() else None
