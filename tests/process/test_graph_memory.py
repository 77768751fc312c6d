from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
import tensorflow as tf

from lstm_vae.config.run_config import RunConfig
from lstm_vae.process.graph_memory import graphs_released
from lstm_vae.run import execution

pytestmark = pytest.mark.long


@tf.custom_gradient
def _doubled(x: tf.Tensor) -> object:
    return 2 * x, lambda upstream: 3 * upstream  # unlike the true gradient, to be told apart


def _squared_double(x: tf.Tensor) -> tf.Tensor:
    return _doubled(x) ** 2


def _gradient(function: object) -> float:
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = function(x)  # type: ignore[operator]
    return float(tape.gradient(y, x))


def test_a_graph_that_is_used_no_more_is_freed() -> None:
    with graphs_released():
        function = tf.function(_squared_double)
        assert _gradient(function) == 12.0
        graph = weakref.ref(function.get_concrete_function(tf.constant(1.0)).graph)
        del function
    assert graph() is None


def test_a_graph_that_is_still_used_keeps_its_gradients() -> None:
    with graphs_released():
        function = tf.function(_squared_double, input_signature=(tf.TensorSpec((), tf.float32),))
        traced = function.get_concrete_function()
    gc.collect()
    assert _gradient(function) == 12.0
    assert _gradient(traced) == 12.0


def test_runs_leave_no_graph_behind_and_change_no_number_of_a_later_one(
    small: RunConfig, tmp_path: Path
) -> None:
    from tensorflow.python.framework.func_graph import FuncGraph

    def columns(name: str) -> list[list[str]]:
        lines = (tmp_path / name / "history.csv").read_text(encoding="utf-8").splitlines()
        return [line.split(",")[:-2] for line in lines]  # all but the times

    def graphs() -> int:
        gc.collect()
        return sum(type(item) is FuncGraph for item in gc.get_objects())

    objectives, alive = [], []
    for name, config in (
        ("first", small),
        ("second", small.replace(encoder__hidden=[8], training__seed=5)),
        ("third", small),
    ):
        (tmp_path / name).mkdir()
        objectives.append(execution.execute(config, tmp_path / name))
        alive.append(graphs())
    assert objectives[0] == pytest.approx(objectives[2], abs=0)
    assert columns("first") == columns("third")
    assert alive[2] == alive[1]
