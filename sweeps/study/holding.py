"""Which combination of a finite space a trial holds, so that no sampler draws it again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.trial import TrialView, is_surplus


def drawn_key(values: Mapping[str, object]) -> str:
    """Values as a text that two combinations of a finite space share only if they are the same: of fractions,
    the last digits tell nothing."""
    rounded = {
        name: float(f"{value:.12g}") if isinstance(value, float) else value for name, value in values.items()
    }
    return json.dumps(dict(sorted(rounded.items())))


def held_key(trial: FrozenTrial) -> str | None:
    """The key of the combination that nobody else is to draw, since this trial has it or is to have it; None
    of one that has none yet, and of a surplus one."""
    view = TrialView(trial)
    if is_surplus(trial):
        return None
    if view.drawn is not None:
        return view.drawn
    if view.folder is not None or trial.state in (TrialState.COMPLETE, TrialState.PRUNED):
        return drawn_key(trial.params)  # of a grid, or begun by an earlier version
    fixed_params = view.enqueued
    return drawn_key(fixed_params) if fixed_params and not trial.state.is_finished() else None
