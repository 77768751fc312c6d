"""What stands here in the place of a library's own way: each test fails when the library has one, and then
what it names may go."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import optuna
import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import ConfigRepository
from optuna.storages import InMemoryStorage, RDBStorage

from tests.conftest import OUTSIDE
from tests.sweeps.parts import LOADER, master_of


def test_hydra_reads_every_file_again_for_every_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """`sweeps.plan.composition` reads and merges each once."""
    loader, master = ConfigLoaderImpl(LOADER.get_search_path()), master_of()
    loader.load_sweep_config(master, ["x=1"])
    read = _asked_for(monkeypatch, ConfigRepository, "load_config")
    loader.load_sweep_config(master, ["x=2"])
    assert read


def test_optuna_cannot_be_asked_for_one_of_the_trials_that_wait() -> None:
    """`sweeps.search.asking` takes one, and says whose it is as it does."""
    assert list(inspect.signature(optuna.study.Study.ask).parameters) == ["self", "fixed_distributions"]


def test_a_view_of_a_study_asks_the_storage_for_what_the_study_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """`sweeps.search.halving.LatestStudy` copies what a study knows: a pruner makes one at every report."""
    study = optuna.create_study()
    asked = _asked_for(monkeypatch, InMemoryStorage, "get_study_id_from_name")
    optuna.study.Study(study_name=study.study_name, storage=study._storage)
    assert asked


def test_optunas_databases_do_not_wait_for_a_server() -> None:
    """`sweeps.study.database` and `sweeps.study.patience` do."""
    words = " ".join(inspect.signature(RDBStorage.__init__).parameters)
    assert not any(word in words for word in ("retry", "retries", "reconnect", "patience"))


@pytest.mark.long
def test_tensorflow_keeps_the_gradients_of_what_it_has_traced() -> None:
    """`lstm_vae.process.graph_memory` leaves each to its graph."""
    code = (
        "import gc, weakref, tensorflow as tf\n"
        "@tf.custom_gradient\n"
        "def same(x):\n"
        "    return x, lambda dy: dy\n"
        "traced = tf.function(lambda x: same(x)).get_concrete_function(tf.TensorSpec([], tf.float32))\n"
        "graph = weakref.ref(traced.graph)\n"
        "del traced\n"
        "gc.collect()\n"
        "print(graph() is not None)\n"
    )
    assert _said(code) == "True"


@pytest.mark.long
def test_keras_imports_what_no_run_uses() -> None:
    """`lstm_vae.process.unused_imports` hides it."""
    assert _said("import keras, sys; print('pandas' in sys.modules)") == "True"


def _asked_for(monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> list[Any]:
    """With what a method is called from now on."""
    asked: list[Any] = []
    method = getattr(kind, name)

    def noted(self: object, *args: Any, **options: Any) -> object:
        asked.append((args, options))
        return method(self, *args, **options)

    monkeypatch.setattr(kind, name, noted)
    return asked


def _said(code: str) -> str:
    """What a process says last."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=OUTSIDE, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip().splitlines()[-1]
