from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lstm_vae.config.run_config import RunConfig
from lstm_vae.model import build_vae
from lstm_vae.training import weights


def content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if hasattr(item, "shape") else None)
    return found


def test_it_is_what_keras_writes_and_reads(small: RunConfig, tmp_path: Path) -> None:
    vae = build_vae(small)
    vae.compile(optimizer="adam")
    vae.optimizer.build(vae.trainable_variables)
    weights.save(tmp_path / "one.weights.h5", vae)
    vae.save_weights(tmp_path / "other.weights.h5")
    one, other = (content(tmp_path / f"{name}.weights.h5") for name in ("one", "other"))
    assert one.keys() == other.keys()
    assert all(np.array_equal(array, other[name]) for name, array in one.items())
    assert len(one) > 10
    again = build_vae(small.replace(training__seed=9))
    again.load_weights(tmp_path / "one.weights.h5")
    for first, second in zip(vae.weights, again.weights, strict=True):
        assert np.array_equal(first.numpy(), second.numpy())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.weights.h5", "other.weights.h5"]
