"""Many runs: a search space, a study, workers, for any `@hydra.main` program that returns a number."""

from sweeps.reporting import report

__all__ = ["report"]
