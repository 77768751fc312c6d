"""Python functions and classes that a configuration names by a dotted path.

A path may name anything at all, `os.system` too: what it finds is looked at before it is called.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from typing import Any

from sweeps.errors import SweepError, reason
from sweeps.text import one_line


def load_function(path: str, field: str, *takes: str) -> Any:
    """The Python function of a dotted path.

    Args:
        field: that names it, for an error.
        takes: the parameters with which it will be called, by position; it must ask for these and no more.

    Raises:
        SweepError: there is none, or it takes other parameters.
    """
    candidate = located(path, field)
    requirement = f"must be a Python function ({', '.join(takes)})" if takes else "must be a function"
    if not callable(candidate):
        raise SweepError(f"{field}={path}: {requirement}, not {_kind(candidate)}")
    if takes and of_python(candidate):
        raise SweepError(f"{field}={path}: {requirement} of your own, not one of Python's")
    if takes and not _asks_for(candidate, len(takes)):
        raise SweepError(f"{field}={path}: {requirement}, not {_kind(candidate)}")
    return candidate


def load_class(path: str, field: str, base: type) -> type:
    """The class of a dotted path, which can be instantiated.

    Raises:
        SweepError: there is none, or it is not derived from `base`.
    """
    candidate = located(path, field, "no such class")
    requirement = f"must be a class derived from {base.__module__.partition('._')[0]}.{base.__name__}"
    if not isinstance(candidate, type) or not issubclass(candidate, base):
        raise SweepError(f"{field}={path}: is no {base.__name__}; {requirement}")
    if inspect.isabstract(candidate):
        raise SweepError(f"{field}={path}: is abstract; {requirement}")
    return candidate


def located(path: str, field: str, otherwise: str = "cannot be imported") -> Any:
    """Whatever a dotted path names.

    Raises:
        SweepError: nothing, or its module cannot be imported.
    """
    names = path.split(".")
    if len(names) < 2 or not all(map(str.isidentifier, names)):
        raise SweepError(f"{field}={path}: {otherwise}; it must be a path, package.module.name")
    try:
        target: Any = importlib.import_module(names[0])
        for index, name in enumerate(names[1:], start=1):
            if not hasattr(target, name):
                importlib.import_module(".".join(names[: index + 1]))
            target = getattr(target, name)
    except (Exception, SystemExit) as error:  # a module may do anything when it is imported
        message = one_line(error) if isinstance(error, ImportError) else reason(error)
        raise SweepError(f"{field}={path}: {otherwise} ({message})") from None
    return target


def of_python(target: Any) -> bool:
    """Whether something belongs to Python's own library."""
    while isinstance(target, functools.partial):
        target = target.func
    return str(getattr(target, "__module__", "")).partition(".")[0] in sys.stdlib_module_names


def _asks_for(function: Any, number: int) -> bool:
    """Whether a Python function has so many required positional parameters, and requires no others. What is
    written in C, and what takes whatever it is given (`subprocess.run`), asks for nothing in particular."""
    if isinstance(function, type) or inspect.isbuiltin(function):
        return False
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    required_kinds = [
        parameter.kind
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty and parameter.kind not in variable
    ]
    return len(required_kinds) == number and all(kind in positional for kind in required_kinds)


def _kind(target: Any) -> str:
    """What something is, in words."""
    if isinstance(target, type):
        return "a class"
    if inspect.isbuiltin(target):
        return "a built-in function"
    if inspect.ismodule(target):
        return "a module"
    if inspect.isroutine(target):
        try:
            return f"a function {inspect.signature(target)}"
        except (TypeError, ValueError):
            return "a function"
    return f"an object of type {type(target).__name__}"
