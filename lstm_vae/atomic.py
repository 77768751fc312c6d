"""Reading files that others may have written, and writing files whole or not at all: by the one reader and
the one writer that `sweeps` has too."""

from __future__ import annotations

from sweeps.atomic import remove_partials, replacing
from sweeps.received import content, json_of, opened, shown, text, yaml_of

__all__ = ["content", "json_of", "opened", "remove_partials", "replacing", "shown", "text", "yaml_of"]
