"""Evaluation: BCE, KL, NLL (importance-weighted, and exact) and active units."""

from lstm_vae.evaluation.latents import active_units, posterior_means
from lstm_vae.evaluation.metrics import UNITS, evaluate, exact_metrics
from lstm_vae.evaluation.nll import NLLEstimator
from lstm_vae.evaluation.scoring import Score, Scorer

__all__ = [
    "UNITS",
    "NLLEstimator",
    "Score",
    "Scorer",
    "active_units",
    "evaluate",
    "exact_metrics",
    "posterior_means",
]
