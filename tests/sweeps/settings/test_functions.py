"""What a dotted path names is looked at before it is called."""

from __future__ import annotations

import functools
import os
from typing import Any

import pytest
from optuna.samplers import BaseSampler, RandomSampler

from sweeps.errors import SweepError
from sweeps.settings.functions import load_class, load_function, of_python


def two(cfg: Any, trial: Any, more: int = 0) -> None:
    pass


def one(cfg: Any) -> None:
    pass


def named(cfg: Any, *, trial: Any) -> None:
    pass


def anything(*arguments: Any) -> None:
    pass


class Two:
    def __call__(self, cfg: Any, trial: Any) -> None:
        pass

    def method(self, cfg: Any, trial: Any) -> None:
        pass


callable_object, method = Two(), Two().method
bound, shell = functools.partial(two, more=1), functools.partial(os.system)


@pytest.mark.parametrize("name", ["two", "callable_object", "method", "bound"])
def test_functions_that_ask_for_what_they_will_get(name: str) -> None:
    assert load_function(f"{__name__}.{name}", "field", "cfg", "trial") is globals()[name]


@pytest.mark.parametrize("name", ["one", "named", "anything", "Two", "shell"])
def test_functions_that_ask_for_something_else_are_refused(name: str) -> None:
    with pytest.raises(SweepError, match=r"^field=.*: must be a Python function \(cfg, trial\)"):
        load_function(f"{__name__}.{name}", "field", "cfg", "trial")


@pytest.mark.parametrize(
    "path", ["os.system", "builtins.eval", "subprocess.Popen", "subprocess.getoutput", "shutil.copyfile"]
)
def test_nothing_of_pythons_own_is_taken(path: str) -> None:
    for takes in (["cfg"], ["cfg", "trial"]):
        with pytest.raises(SweepError, match=rf"^field={path}: must be a Python function \(cfg"):
            load_function(path, "field", *takes)


def test_what_a_partial_calls_counts() -> None:
    assert of_python(shell)
    assert of_python(functools.partial(shell))
    assert not of_python(bound)


class Abstract(BaseSampler):
    pass


def test_classes_by_what_they_derive_from() -> None:
    assert load_class("optuna.samplers.RandomSampler", "field", BaseSampler) is RandomSampler
    for path, said in {
        "os.system": "is no BaseSampler; must be a class derived from optuna.samplers.BaseSampler",
        "builtins.dict": "is no BaseSampler",
        f"{__name__}.Abstract": "is abstract",
        "optuna.samplers.NoSampler": "no such class",
        "nothing": "no such class",
    }.items():
        with pytest.raises(SweepError) as refused:
            load_class(path, "field", BaseSampler)
        assert str(refused.value).startswith(f"field={path}: {said}")


@pytest.mark.parametrize("module", ["broken", "leaving"])
def test_a_module_that_raises_anything_when_it_is_imported(module: str) -> None:
    with pytest.raises(SweepError, match=r"^field=.*: cannot be imported \((ZeroDivisionError|SystemExit)"):
        load_function(f"tests.sweeps.bad_commands.{module}.function", "field")
