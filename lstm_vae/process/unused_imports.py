"""Keras without the packages that it imports wherever they are installed, and that no run uses.

Importing Keras 3 imports pandas, scikit-learn and matplotlib where it finds them, for data frames given to
`fit`, wrappers of models and pictures of data sets. Here they come along with mlxtend and would cost every
process a second and 86 MB. Keras does without where they are missing.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OF_KERAS = ("pandas", "sklearn", "matplotlib")


class _Missing:
    """A finder that says of some packages that they are not installed, to one thread.

    Args:
        names: of top-level packages.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names, self._thread = names, threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not imported for Keras", name=name)


@contextmanager
def missing(names: tuple[str, ...] = OF_KERAS) -> Iterator[None]:
    """Lets this thread's imports find none of the packages `names` while the block runs.

    One that is already imported stays, and all can be imported when the block has ended.
    """
    finder = _Missing(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
