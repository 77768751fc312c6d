"""Samplers and pruners as a configuration has them: a class by its `_target_`, and its arguments."""

from __future__ import annotations

import importlib.util
import inspect
import re
import warnings
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any

from hydra.utils import instantiate
from optuna.exceptions import ExperimentalWarning

from sweeps.errors import SweepError, reason
from sweeps.settings.functions import load_class, located, of_python
from sweeps.settings.rules import shown

# Packages that Optuna needs for these samplers and does not bring.
_NEEDS = {"CmaEsSampler": "cmaes", "GPSampler": "torch"}
_PLAIN: dict[str, Any] = {"bool": bool, "int": int, "float": int | float, "str": str, "None": NoneType}


def is_optunas(config: Mapping[str, Any]) -> bool:
    """Whether a sampler or pruner, and all that it is made of, is a class of Optuna's or a plain value."""
    return str(config["_target_"]) in ("auto", "grid") or all(
        target.startswith("optuna.") and not partial for target, partial in _targets(config)
    )


def component_class(config: Mapping[str, Any], field: str, base: type) -> type:
    """The class of a sampler or pruner. So far nothing has been called; what its arguments name will be, so
    nothing of Python's own library may stand there: it has no parts of samplers, but `os.system`.

    Raises:
        SweepError: it is no such class, or does not take what it is given.
    """
    target = str(config["_target_"])
    package = _NEEDS.get(target.rpartition(".")[2])
    if package is not None and importlib.util.find_spec(package) is None:
        raise SweepError(
            f"hydra.sweeper.{field}: {target} needs the package {package}: pip install {package}"
        )
    component_type = load_class(target, f"hydra.sweeper.{field}._target_", base)
    if component_type.__module__.startswith("optuna."):
        _require_kinds(component_type, config, field)
    if config.get("_partial_"):
        raise SweepError(f"hydra.sweeper.{field}._partial_: must be false: a {field} is made, not a function")
    for name, partial in _targets({key: value for key, value in config.items() if key != "_target_"}):
        if not partial and of_python(located(name, f"hydra.sweeper.{field}, _target_")):
            raise SweepError(
                f"hydra.sweeper.{field}, _target_={name}: must be a class of Optuna's or of your own, "
                "not of Python's library"
            )
    return component_type


def _require_kinds(component_type: type, config: Mapping[str, Any], field: str) -> None:
    """Optuna's signatures say what kind of value each argument takes; Optuna itself checks few of them."""
    signature = inspect.signature(component_type).parameters
    for name, value in config.items():
        if name not in signature or isinstance(value, (Mapping, list)):
            continue
        annotation = inspect.formatannotation(signature[name].annotation).strip("'")
        while "[" in annotation:  # what a list or a function is of
            annotation = re.sub(r"\[[^\[\]]*\]", "", annotation)
        kinds = [part.strip() for part in annotation.split("|")]
        allowed_types = tuple(_PLAIN[kind] for kind in kinds if kind in _PLAIN)
        if not isinstance(value, allowed_types) or (isinstance(value, bool) and "bool" not in kinds):
            raise SweepError(
                f"hydra.sweeper.{field}.{name}={shown(value)}: must be "
                + " or ".join(kinds).replace("None", "null")
            )


def _targets(value: Any) -> Iterator[tuple[str, bool]]:
    """Every `_target_` in nested values, and whether it is only to be named: `_partial_`."""
    if isinstance(value, Mapping):
        if "_target_" in value:
            yield str(value["_target_"]), value.get("_partial_") is True
        for item in value.values():
            yield from _targets(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _targets(item)


def made(arguments: dict[str, Any], field: str, kind: type) -> Any:
    """Makes a sampler or pruner of its arguments.

    Raises:
        SweepError: they are not what it takes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            component = instantiate(arguments, _convert_="all")
    except Exception as error:
        cause = error.__cause__ or error
        raise SweepError(f"hydra.sweeper.{field}: {reason(cause)}") from None
    if not isinstance(component, kind):
        raise SweepError(f"hydra.sweeper.{field}._target_={arguments['_target_']}: is no {kind.__name__}")
    return component
