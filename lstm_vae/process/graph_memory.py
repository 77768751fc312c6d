"""Gives back what a run's graphs hold, so that a process can run any number of them.

TensorFlow registers the gradient of every `tf.custom_gradient` that it traces, for good; the gradient holds
tensors, these hold their graph, and the graph all that was traced with it: 20 MB a run of a small network.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def graphs_released() -> Iterator[None]:
    """Frees the graphs that were traced while the block ran, and are used no more, when it has ended.

    TensorFlow must be imported before. Graphs that are still used keep their gradients.
    """
    registry = _registered()
    before = set(registry)
    try:
        yield
    finally:
        for name in registry.keys() - before:
            _leave_to_its_graph(registry, name)
        gc.collect()


def _registered() -> dict[str, dict[str, Any]]:
    """TensorFlow's gradients by name; empty where this release of it keeps them elsewhere."""
    from tensorflow.python.framework import ops

    return getattr(getattr(ops, "gradient_registry", None), "_registry", {})


def _leave_to_its_graph(registry: dict[str, dict[str, Any]], name: str) -> None:
    """Lets a gradient live as long as the graph for which it was registered, instead of for good."""
    gradient = registry[name].get("type")
    graph = _graph_of(gradient)
    if graph is None:
        return
    graph.gradients_of_its_own = [*getattr(graph, "gradients_of_its_own", ()), gradient]
    reference = weakref.ref(gradient, lambda _: registry.pop(name, None))

    def by_reference(op: Any, *upstream: Any) -> Any:
        return reference()(op, *upstream)  # type: ignore[misc]

    registry[name]["type"] = by_reference


def _graph_of(gradient: Any) -> Any:
    """The outermost traced graph of the tensors that a `tf.custom_gradient` was applied to, or None."""
    import tensorflow as tf
    from tensorflow.python.framework.func_graph import FuncGraph

    inner = _captured(gradient).get("tape_grad_fn")
    tensors = tf.nest.flatten(_captured(inner).get("result"))
    graph = getattr(tensors[0], "graph", None) if tensors else None
    if not isinstance(graph, FuncGraph):
        return None
    while isinstance(graph.outer_graph, FuncGraph):
        graph = graph.outer_graph
    return graph


def _captured(function: Callable[..., Any] | None) -> dict[str, Any]:
    """A closure's variables by name."""
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None)
    if code is None or not cells:
        return {}
    return {name: cell.cell_contents for name, cell in zip(code.co_freevars, cells, strict=True)}
