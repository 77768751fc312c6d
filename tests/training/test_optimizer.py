from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from lstm_vae.config.sections import TrainingConfig
from lstm_vae.training.optimizer import OPTIMIZERS, build_optimizer, learning_rate


def rates(steps_per_epoch: int = 10, **settings: Any) -> list[float]:
    config = TrainingConfig(epochs=4, learning_rate=0.1, **settings)
    rate = learning_rate(config, steps_per_epoch)
    return [float(rate(step)) if callable(rate) else rate for step in range(40)]


def test_constant_is_constant() -> None:
    assert rates(schedule="constant") == [0.1] * 40


def test_cosine_falls_from_the_peak_to_its_end() -> None:
    steps = np.arange(40)
    expected = 0.1 * (0.2 + 0.8 * 0.5 * (1 + np.cos(np.pi * steps / 40)))
    np.testing.assert_allclose(rates(schedule="cosine", final_learning_rate=0.2), expected, rtol=1e-5)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_warm_up_rises_linearly_to_the_peak(schedule: str) -> None:
    warmed = rates(schedule=schedule, lr_warmup_epochs=0.5)
    np.testing.assert_allclose(warmed[:5], [0, 0.02, 0.04, 0.06, 0.08], atol=1e-7)
    assert warmed[5] == pytest.approx(0.1)
    after = warmed[5:]
    assert (
        after == pytest.approx([0.1] * 35) if schedule == "constant" else after == sorted(after, reverse=True)
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_moves_weights_by_clipped_gradients(name: str) -> None:
    optimizer = build_optimizer(TrainingConfig(optimizer=name, clipnorm=1.0, weight_decay=0.01), 10)
    weight = keras.Variable(np.ones(4, np.float32))
    before = weight.numpy()
    optimizer.apply_gradients([(keras.ops.full((4,), 100.0), weight)])
    assert (weight.numpy() < before).all()
    assert np.abs(weight.numpy() - before).max() < 0.1
