"""Reading what others may have written, writing files whole or not at all, and waiting for whoever makes one:
by the reader, the writer and the locks that `sweeps` has too."""

from __future__ import annotations

from sweeps.system.atomic import copy_file, remove_partials, replacing, sync_folder
from sweeps.system.locks import locked
from sweeps.system.received import content, json_of, opened, text, yaml_of
from sweeps.text import one_line, shown

__all__ = [
    "content",
    "copy_file",
    "json_of",
    "locked",
    "one_line",
    "opened",
    "remove_partials",
    "replacing",
    "shown",
    "sync_folder",
    "text",
    "yaml_of",
]
