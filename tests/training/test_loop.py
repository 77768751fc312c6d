from __future__ import annotations

import keras
import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits
from lstm_vae.model import build_vae
from lstm_vae.training.averaging import WeightAverage
from lstm_vae.training.loop import StepLoop

pytestmark = pytest.mark.long


@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_loop_does_what_single_steps_do(small: RunConfig, digits: Splits, jit_compile: bool) -> None:
    order = np.random.default_rng(0).permutation(100).astype(np.int32)

    looped = build_vae(small)
    looped.compile(keras.optimizers.SGD(1e-4), seed=5, jit_compile=jit_compile)
    sums = StepLoop(looped, WeightAverage([], 0), digits.train.images, 32).run(order)

    stepped = build_vae(small)
    stepped.compile(keras.optimizers.SGD(1e-4), seed=5)
    bce = []
    for start in range(0, 100, 32):
        _, terms = stepped.step(digits.train.images[order[start : start + 32]])
        bce.append(float(np.sum(terms.bce)))

    assert sums.images.tolist() == [32, 32, 32, 4]
    np.testing.assert_allclose(sums.bce, bce, rtol=1e-5)
    np.testing.assert_allclose(sums.objective * sums.images, sums.bce + sums.kl, rtol=1e-5)
    for one, other in zip(looped.get_weights(), stepped.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
