"""Everything by which a finished model is judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstm_vae.config.sections import EvaluationConfig
from lstm_vae.data import Splits
from lstm_vae.evaluation.latents import active_units, posterior_means
from lstm_vae.evaluation.nll import NLLEstimator, evenly_spaced
from lstm_vae.evaluation.quadrature import exact_nll
from lstm_vae.evaluation.scoring import Scorer
from lstm_vae.model import VAE

NATS = "nats/image"
UNITS = {
    "val_loss": NATS,
    "val_bce": NATS,
    "val_kl": NATS,
    "test_loss": NATS,
    "test_bce": NATS,
    "test_kl": NATS,
    "test_nll": NATS,
    "test_nll_exact": NATS,
    "inference_gap": NATS,
    "nll_samples": "samples/image",
    "nll_images": "images",
    "active_units": "latents",
    "collapsed": "1 or 0",
    "best_val_loss": NATS,
    "best_epoch": "epoch",
}


def evaluate(vae: VAE, splits: Splits, config: EvaluationConfig) -> dict[str, float | int]:
    """Scores the validation and test splits.

    Returns:
        a flat map of metrics that `UNITS` names: neither those of the best epoch nor exact ones.
    """
    scorer = Scorer(vae, config.batch_size, config.seed)
    validation = scorer.score(splits.validation.images)
    test = scorer.score(splits.test.images)
    metrics: dict[str, float | int] = {
        "val_loss": validation.loss,
        "val_bce": validation.bce,
        "val_kl": validation.kl,
        "test_loss": test.loss,
        "test_bce": test.bce,
        "test_kl": test.kl,
    }
    if config.nll_samples:
        indices = evenly_spaced(len(splits.test), config.nll_images)
        estimator = NLLEstimator(vae, config.nll_samples, config.seed)
        metrics["test_nll"] = estimator.estimate(splits.test.images[indices])
        metrics["nll_samples"] = config.nll_samples
        metrics["nll_images"] = len(indices)
    means = posterior_means(vae, splits.validation.images, config.batch_size)
    metrics["active_units"] = active_units(means)
    metrics["collapsed"] = int(metrics["active_units"] == 0)  # of replicates, the mean is how many did
    return metrics


def exact_metrics(
    vae: VAE, images: NDArray[np.uint8], loss: float, config: EvaluationConfig
) -> dict[str, float]:
    """-log p(x) of a model with one or two latents, and by how much the negative ELBO exceeds it.

    Args:
        images: of the test split.
        loss: their BCE + KL.

    Raises:
        UserError: as `lstm_vae.evaluation.quadrature.exact_nll`.
    """
    nll = exact_nll(vae, images, posterior_means(vae, images, config.batch_size)).nll
    return {"test_nll_exact": nll, "inference_gap": loss - nll}
