"""The search space: what Hydra's overrides say may vary, as Optuna's distributions."""

from sweeps.space.parameter import Parameter
from sweeps.space.parsing import parse_space
from sweeps.space.space import Space

__all__ = ["Parameter", "Space", "parse_space"]
