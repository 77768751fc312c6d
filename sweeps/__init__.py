"""Many runs: a search space, a study, workers, for any `@hydra.main` program that returns a number."""

import importlib
from typing import TYPE_CHECKING, Any

from sweeps.inside.membership import current_trial
from sweeps.inside.progress import progress
from sweeps.inside.reporting import report
from sweeps.inside.resuming import continued_from

if TYPE_CHECKING:
    from optuna import TrialPruned

    from sweeps.results.comparison import compare
    from sweeps.results.effects import effects
    from sweeps.results.leaderboard import leaderboard

__all__ = [
    "TrialPruned",
    "compare",
    "continued_from",
    "current_trial",
    "effects",
    "leaderboard",
    "progress",
    "report",
]


# Programs that only report need no pandas, and no Optuna outside of a sweep.
_LATER = {
    "TrialPruned": "optuna",
    "compare": "sweeps.results.comparison",
    "effects": "sweeps.results.effects",
    "leaderboard": "sweeps.results.leaderboard",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'sweeps' has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)
