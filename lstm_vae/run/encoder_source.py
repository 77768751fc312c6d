"""Whose code an encoder's name may bring in, where the name stands in a run that may have been sent.

Importing a module runs it. The name in one's own command and YAML is one's own word; the one in the
configuration of a finished run is whoever's the run is. And Python looks for modules in the current folder
first, where what was sent may have brought its own.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from lstm_vae.atomic import text
from lstm_vae.errors import UserError


def require_known_encoder(kind: str) -> None:
    """Imports the module of an encoder that a run's configuration names, if it is the user's own.

    It is where it is imported already, or holds a class of that name and is installed or in a folder that
    `PYTHONPATH` names. Modules of the current folder are not: it may be the run's.

    Raises:
        UserError: it is not.
    """
    module, _, name = kind.rpartition(".")
    if not module or module in sys.modules:
        return
    refusal = UserError(
        f"encoder.kind={kind}: the run names code that is not imported, nor installed or in PYTHONPATH with "
        "a class of that name; a run that was sent may name anything. If the code is yours, name its folder "
        f"in PYTHONPATH, or import {module} before lstm_vae.load"
    )
    if not all(part.isidentifier() for part in kind.split(".")):
        raise refusal
    with _without_current_folder():
        spec = _spec(module)
        if spec is None or not _defines(spec.origin, name):
            raise refusal
        try:
            importlib.import_module(module)
        except Exception as error:  # somebody's module, which may do anything
            raise UserError(f"encoder.kind={kind}: {module} cannot be imported ({error})") from None


@contextlib.contextmanager
def _without_current_folder() -> Iterator[None]:
    here = Path.cwd()
    named = {Path(name).resolve() for name in os.environ.get("PYTHONPATH", "").split(os.pathsep) if name}
    before = list(sys.path)
    sys.path[:] = [name for name in before if here in named or Path(name).resolve() != here]
    try:
        yield
    finally:
        sys.path[:] = before


def _spec(module: str) -> ModuleSpec | None:
    """Where a module is, without importing the packages that it is in."""
    top, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
        name = top
        for part in below:
            name = f"{name}.{part}"
            spec = PathFinder.find_spec(name, spec.submodule_search_locations) if spec is not None else None
    except (ImportError, ValueError, AttributeError):
        return None
    return spec


def _defines(origin: str | None, name: str) -> bool:
    """Whether a source file has a class of that name, or imports one."""
    if origin is None or not origin.endswith(".py"):
        return False
    try:
        tree = ast.parse(text(Path(origin)))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return False
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return True
        if isinstance(node, ast.ImportFrom) and any((own.asname or own.name) == name for own in node.names):
            return True
    return False
