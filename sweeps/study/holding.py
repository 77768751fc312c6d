"""Which combination of a finite space a trial holds, so that no sampler draws it again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, TrialState

from sweeps.study.trial import TrialView, is_surplus


def combination_key(values: Mapping[str, object]) -> str:
    """Values as a text that two combinations of a finite space share only if they are the same."""
    return json.dumps(dict(sorted(values.items())))


def held_key(trial: FrozenTrial) -> str | None:
    """The key of the combination that nobody else is to draw, since this trial has it or is to have it; None
    of one that has none yet, and of a surplus one."""
    view = TrialView(trial)
    if is_surplus(trial):
        return None
    if view.drawn is not None:
        return view.drawn
    if view.folder is not None or trial.state in (TrialState.COMPLETE, TrialState.PRUNED):
        return combination_key(_as_drawn(trial))  # of a grid, or of an earlier version
    fixed_params = view.enqueued
    return combination_key(fixed_params) if fixed_params and not trial.state.is_finished() else None


def _as_drawn(trial: FrozenTrial) -> dict[str, object]:
    """A trial's values as a sampler of ours draws them: earlier versions left multiples of a step that differ
    from decimals in their last digits."""
    return {
        name: float(f"{value:.15g}")
        if isinstance(trial.distributions.get(name), FloatDistribution)
        else value
        for name, value in trial.params.items()
    }
