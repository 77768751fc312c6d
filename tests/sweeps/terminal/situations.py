"""Studies at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.trial import TrialState

from sweeps.study.objective import MINIMIZED
from sweeps.study.situation import Running, Situation
from sweeps.study.tally import tally


def running(number: int = 0, worker: int | None = 0, **facts: Any) -> Running:
    """A trial that runs."""
    given: Mapping[str, Any] = {
        "machine": "here",
        "sweep": None,
        "resumes": None,
        "params": {"encoder.hidden": "[128]"},
        "step": None,
        "value": None,
        "done": None,
        "of": None,
        "seconds": 72.0,
        **facts,
    }
    return Running(number, worker, **given)


def situation(
    trials: Sequence[Running], expected: int | None = 9, left: float | None = 90.0, failed: int = 0
) -> Situation:
    """A study of which two trials are complete, with these that run."""
    study = optuna.create_study()
    for value in (158.21, 157.5):
        study.tell(study.ask(), value)
    for _ in range(failed):
        study.tell(study.ask(), state=TrialState.FAIL)
    return Situation(tally(study.trials, MINIMIZED), expected, trials, [], left)
