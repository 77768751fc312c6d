"""Many runs: a search space, a study, workers, for any `@hydra.main` program that returns a number."""

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


def __getattr__(name: str) -> Any:
    # Programs that only report need no pandas, and no Optuna outside of a sweep.
    if name == "TrialPruned":
        from optuna import TrialPruned

        return TrialPruned
    if name == "leaderboard":
        from sweeps.results.leaderboard import leaderboard

        return leaderboard
    if name == "compare":
        from sweeps.results.comparison import compare

        return compare
    if name == "effects":
        from sweeps.results.effects import effects

        return effects
    raise AttributeError(f"module 'sweeps' has no attribute {name!r}")
