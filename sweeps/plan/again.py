"""The command lines that repeat a trial."""

from __future__ import annotations

from optuna.trial import FrozenTrial

from sweeps.plan.naming import command
from sweeps.results.replication import seed_overrides
from sweeps.study.trial import Job, TrialView


def again(invocation: str, trial: FrozenTrial) -> list[str] | None:
    """One for each of a trial's runs: with replicates there are several, each with its seed. None of a trial
    that has not run yet.

    Args:
        invocation: how the program is started, without overrides.
    """
    view = TrialView(trial)
    overrides = (view.job or Job()).overrides
    if overrides is None:
        return None
    return [
        command(invocation, [*overrides, *seed_overrides(view.seeds, index)])
        for index in range(max(1, len(view.replicates)))
    ]
