from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import UserError
from lstm_vae.model import build_vae
from lstm_vae.training import checkpoint
from lstm_vae.training.checkpoint import Progress


def test_state_comes_back_whole(tmp_path: Path) -> None:
    variables = [keras.Variable(np.array([1.5, 2], np.float32)), keras.Variable(np.int64(7), dtype="int64")]
    checkpoint.save(tmp_path / "last.npz", variables, Progress(3, 2, 1 / 3))
    before = [variable.numpy() for variable in variables]
    for variable in variables:
        variable.assign(keras.ops.zeros_like(variable))
    assert checkpoint.restore(tmp_path / "last.npz", variables) == Progress(3, 2, 1 / 3)
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    assert checkpoint.read_progress(tmp_path / "last.npz").epoch == 3
    assert [path.name for path in tmp_path.iterdir()] == ["last.npz"]


def test_nothing_is_best_before_the_first_epoch(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "last.npz", [], Progress())
    assert checkpoint.read_progress(tmp_path / "last.npz") == Progress()


def test_the_state_holds_dropouts_seeds_and_the_optimizer(small: RunConfig) -> None:
    vae = build_vae(small.replace(encoder__dropout=0.1))
    vae.compile("adam")
    vae.optimizer.build(vae.trainable_variables)
    paths = " ".join(variable.path for variable in checkpoint.state_variables(vae, []))
    assert "seed_generator_state" in paths
    assert "iteration" in paths
    assert "momentum" in paths


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_damaged_files_are_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "last.npz"
    if content is None:
        checkpoint.save(path, [keras.Variable(np.zeros(50, np.float32))], Progress(1, 1, 1.0))
        content = path.read_bytes()[:-40]
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"last\.npz: not a training state"):
        checkpoint.read_progress(path)


def test_another_models_state_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "last.npz", [keras.Variable(np.zeros(3, np.float32))], Progress(1, 1, 1.0))
    with pytest.raises(UserError, match="holds the state of another model"):
        checkpoint.restore(tmp_path / "last.npz", [keras.Variable(np.zeros(4, np.float32))])
