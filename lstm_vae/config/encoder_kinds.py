"""What `encoder.kind` may name, known without importing any of it."""

from __future__ import annotations

import pkgutil
from pathlib import Path

PACKAGE = "lstm_vae.model.encoders"  # a module a kind
_FOLDER = Path(__file__).parents[1] / "model" / "encoders"


def known_kinds() -> tuple[str, ...]:
    """The encoders of this package."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules([str(_FOLDER)])))


def is_elsewhere(kind: str) -> bool:
    """Whether it is the dotted path of a class: somebody else's."""
    return "." in kind


def allowed() -> str:
    """In words."""
    return f"{', '.join(known_kinds())} or the dotted path of a class derived from lstm_vae.model.Encoder"
