"""What of a trial is counted."""

from __future__ import annotations

from typing import NamedTuple

from optuna.trial import FrozenTrial, TrialState

from sweeps.study.holding import held_key
from sweeps.study.trial import TrialView, is_surplus

LIVE = (TrialState.RUNNING, TrialState.COMPLETE, TrialState.PRUNED)  # they run, or have a result


class Facts(NamedTuple):
    """What of a trial is counted.

    Attributes:
        resumes: the number of the stopped trial that it resumes.
        held: the key of the combination that nobody else is to draw.
    """

    state: TrialState
    surplus: bool
    retry_of: int | None
    resumes: int | None
    combination: str | None
    held: str | None

    @property
    def draws(self) -> bool:
        """Whether a trial takes a draw of its own: one that repeats another does not."""
        return not self.surplus and self.retry_of is None and self.resumes is None


def facts_of(trial: FrozenTrial) -> Facts:
    """The facts of a trial as it is now: they change until it has ended."""
    view = TrialView(trial)
    resumption = view.resumes
    return Facts(
        trial.state,
        is_surplus(trial),
        view.retry_of,
        resumption.trial if resumption is not None else None,
        view.combination,
        held_key(trial),
    )
