"""Writing a file whole or not at all: by the one writer that `sweeps` has too."""

from __future__ import annotations

from sweeps.atomic import remove_partials, replacing

__all__ = ["remove_partials", "replacing"]
