"""Values where others belong: every place of a JSON or YAML file, with every kind of value."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEEP: Any = 1
for _ in range(40):
    DEEP = [DEEP]
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 10**30, -(10**400), 1e308, float("nan"), float("inf"), "", "x", "nan", "1" * 40,
    "\x1b[31mred\x07\r", "\u202eolleh", "=cmd|'/C calc'!A1", "a|b\nc", "../../outside", "/etc/passwd",
    "${oc.env:HOME}", "os.system", "\ud800", "\x00", "x" * 200_000,
    [], ["x"], [1.5], [[]], {}, {"_target_": "os.system", "_args_": ["touch canary"]}, {"a": {"b": 1}}, DEEP,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places in nested values, the whole among them."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, own in items:
        yield from places(own, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any, how: str = "replace") -> Any:
    """A copy with something else at a place; or without it; or with more beside it."""
    if not path:
        return new
    result = copy.deepcopy(value)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    if how == "remove":
        del inner[path[-1]]
    elif how == "add" and isinstance(inner, dict):
        inner["further"] = new
    elif how == "rename" and isinstance(inner, dict):
        inner[new if isinstance(new, str) else "renamed"] = inner.pop(path[-1])
    else:
        inner[path[-1]] = new
    return result


HOWS = ("replace", "replace", "replace", "remove", "add", "rename")


def lines_of(path: Path) -> list[Any]:
    """A journal's records."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_lines(path: Path, lines: list[Any]) -> None:
    """Writes a journal."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
