"""Many runs: a search space, a study, workers. Any `@hydra.main` program that returns a number can be swept."""

from sweeps.reporting import report

__all__ = ["report"]
