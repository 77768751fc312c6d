from __future__ import annotations

import numpy as np

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.evaluation import UNITS, evaluate
from lstm_vae.model import build_vae


def test_every_metric_has_a_unit_and_losses_add_up(small: RunConfig, digits: Splits) -> None:
    metrics = evaluate(build_vae(small), digits, small.evaluation)
    assert set(metrics) <= set(UNITS)
    for split in ("val", "test"):
        assert metrics[f"{split}_loss"] == metrics[f"{split}_bce"] + metrics[f"{split}_kl"]
    assert metrics["nll_samples"] == 4
    assert metrics["nll_images"] == 20
    assert metrics == evaluate(build_vae(small), digits, small.evaluation)


def test_no_importance_samples_no_nll(small: RunConfig, digits: Splits) -> None:
    config = small.replace(evaluation__nll_samples=0)
    assert "test_nll" not in evaluate(build_vae(config), digits, config.evaluation)


def test_latents_that_say_nothing_are_called_collapsed(small: RunConfig, digits: Splits) -> None:
    config = small.replace(evaluation__nll_samples=0)
    vae = build_vae(config)
    for weight in vae.encoder.trainable_variables:
        weight.assign(weight * 0.0)
    metrics = evaluate(vae, digits, config.evaluation)
    assert (metrics["active_units"], metrics["collapsed"]) == (0, 1)
    noise = np.random.default_rng(0)
    for weight in vae.encoder.trainable_variables:
        weight.assign(noise.standard_normal(weight.shape))
    assert evaluate(vae, digits, config.evaluation)["collapsed"] == 0
