from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.evaluation import Scorer
from lstm_vae.model import build_vae
from lstm_vae.model.vae import GENERATOR, unit_interval


def test_the_same_weights_score_the_same_whatever_the_batch(small: RunConfig, digits: Splits) -> None:
    vae = build_vae(small)
    images = digits.test.images[:120]
    once = Scorer(vae, 50, 0).score(images)
    assert Scorer(vae, 50, 0).score(images) == once
    assert Scorer(vae, 7, 0).score(images).loss == pytest.approx(once.loss, rel=1e-6)
    assert Scorer(vae, 50, 1).score(images) != once
    assert once.loss == once.bce + once.kl


def test_it_is_the_mean_of_the_loss_terms(small: RunConfig, digits: Splits) -> None:
    vae = build_vae(small)
    noise = tf.random.stateless_normal((500, 2), (0, 0x5C0E), alg=GENERATOR)
    terms = vae.terms(unit_interval(digits.test.images), noise)
    score = Scorer(vae, 64, 0).score(digits.test.images)
    assert score.bce == pytest.approx(float(np.mean(terms.bce)), rel=1e-6)
    assert score.kl == pytest.approx(float(np.sum(terms.kl)) / 500, rel=1e-6)
