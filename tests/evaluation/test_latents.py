from __future__ import annotations

import numpy as np

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.evaluation import active_units, posterior_means
from lstm_vae.model import build_vae


def test_active_units_are_those_that_vary() -> None:
    generator = np.random.default_rng(0)
    z = generator.standard_normal((1000, 4)).astype(np.float32) * [1, 0.2, 0.05, 0]
    assert active_units(z.astype(np.float32)) == 2


def test_posterior_means_are_the_encoders_in_order(small: RunConfig, digits: Splits) -> None:
    vae = build_vae(small)
    means = posterior_means(vae, digits.test.images[:70], batch_size=32)
    expected = vae.encoder(digits.test.images[:70].astype(np.float32) / 255).z_mean
    np.testing.assert_allclose(means, expected, rtol=1e-4, atol=1e-6)
