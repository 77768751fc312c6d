"""Frames as text: tables that fit a terminal, and Markdown."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sweeps.results.row import PARAMS
from sweeps.terminal.wording import short_names
from sweeps.text import shown

PIPED = 80  # columns where no terminal says how many it has
_MARKUP = re.compile(r"[\\|`\[\]]|https?(?=://)|!(?=\[)")
Headings = Mapping[str, str | None]  # of columns; None for their names
# After the objective and the swept parameters, in the order of what is left out last.
FIRST: Headings = {"state": None, "trial": None}
LAST: Headings = {"trial_seconds": "seconds"}
MOST = 20  # characters of a parameter's value
LONG = 1e15  # from which on a number has more digits than anybody reads


def board_lines(
    board: pd.DataFrame, extras: Headings | None = None, width: int | None = None
) -> Iterator[str]:
    """A leaderboard in so many columns: the objective and the swept parameters are always there, and whatever
    else fits. Where even they do not fit, the parameters stand below their trial's line.

    Args:
        extras: further columns, the ones that are left out last first.
    """
    extras = {**FIRST, **(extras or {}), **LAST}
    width = width or _terminal_width()
    columns = _columns(board, extras)
    must = ["rank", *[name for name in columns if name.startswith("value")]]
    if "low" in board and board["low"].notna().any():
        must.append("interval")
    params = [name for name in columns if name.startswith(PARAMS)]
    if _width(columns, [*must, *params]) > width:
        yield from _stacked(board, columns, must, params, width)
        return
    selection = [*must, *params]
    for name in extras:
        if name in columns and _width(columns, [*selection, name]) <= width:
            selection.append(name)
    order = [*must[:1], *(["trial"] if "trial" in selection else []), *must[1:], *params]
    order += [name for name in selection if name not in order]
    yield from _table(columns, order)


def markdown_lines(board: pd.DataFrame, extras: Headings | None = None) -> Iterator[str]:
    """A leaderboard as a Markdown table, with these further columns."""
    extras = {**FIRST, **(extras or {}), **LAST}
    columns = _columns(board, extras)
    order: list[str] = [n for n in ("rank", "trial", "state") if n in columns]
    order += [n for n in columns if n.startswith("value") or n == "interval"]
    order += [n for n in columns if n.startswith(PARAMS)]
    order += [n for n in extras if n in columns and n not in order]
    yield from _markdown([columns[name] for name in order])


def markdown_of(frame: pd.DataFrame) -> Iterator[str]:
    """Any frame as a Markdown table."""
    yield from _markdown([[str(name), *(_text(value) for value in frame[name])] for name in frame.columns])


def _markdown(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    for index, cells in enumerate(zip(*columns, strict=True)):
        yield "| " + " | ".join(map(_escaped, cells)) + " |"
        if index == 0:
            yield "|" + " --- |" * len(cells)


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, in a cell: no mark-up, no HTML, no end of the cell."""
    return _MARKUP.sub(r"\\\g<0>", shown(text)).replace("<", "&lt;")


def frame_lines(frame: pd.DataFrame, width: int | None = None, whole: str = "") -> Iterator[str]:
    """Any frame as aligned columns; the widest are cut until all fit. The column `whole` is left as it is,
    and may stand out."""
    columns = {
        str(name): [shown(str(name)), *(_text(value) for value in frame[name])] for name in frame.columns
    }
    width = width or _terminal_width()
    cuttable = [name for name in columns if name != whole]
    while _width(columns, cuttable) > width:
        lengths = {name: max(map(len, columns[name])) for name in cuttable}
        widest = max(lengths, key=lengths.__getitem__)
        if lengths[widest] <= 6:
            break
        columns[widest] = [_cut(text, lengths[widest] - 1) for text in columns[widest]]
    yield from _table(columns, list(columns))


def _terminal_width() -> int:
    """The terminal's columns; what goes elsewhere looks the same everywhere."""
    return shutil.get_terminal_size((PIPED, 0)).columns if sys.stdout.isatty() else PIPED


def _columns(board: pd.DataFrame, extras: Headings) -> dict[str, list[str]]:
    """Each column's heading and cells, by the frame's name for it; empty columns are left out."""
    names = [str(name) for name in board.columns]
    short = short_names([name.removeprefix(PARAMS) for name in names if name.startswith(PARAMS)])
    columns: dict[str, list[str]] = {}
    for name in names:
        wanted = name in extras or name.startswith(("rank", "value", PARAMS))
        if not wanted or (name != "rank" and board[name].isna().all()):
            continue
        heading = short.get(name.removeprefix(PARAMS), extras.get(name) or name)
        if name == "value":
            heading = str(board["objective"].iloc[0]) if "objective" in board else name
        columns[name] = [shown(heading), *(_cut(_text(value), MOST) for value in board[name])]
    if "low" in board and board["low"].notna().any():
        spans = zip(board["low"], board["high"], strict=True)
        columns["interval"] = ["95 %", *(f"{a:.2f}..{b:.2f}" if a == a else "" for a, b in spans)]
    return columns


def _text(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return "-"
    if isinstance(value, float):
        if abs(value) >= LONG:
            return f"{value:.4g}"
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.4g}"
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    return shown(str(value))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 2] + ".."


def _width(columns: dict[str, list[str]], names: Sequence[str]) -> int:
    return sum(max(map(len, columns[name])) for name in names) + 2 * (len(names) - 1)


def _table(columns: dict[str, list[str]], names: Sequence[str]) -> Iterator[str]:
    widths = {name: max(map(len, columns[name])) for name in names}
    numeric = {name: all(_looks_numeric(text) for text in columns[name][1:]) for name in names}
    for index, cells in enumerate(zip(*(columns[name] for name in names), strict=True)):
        parts = [
            text.rjust(widths[name]) if numeric[name] else text.ljust(widths[name])
            for name, text in zip(names, cells, strict=True)
        ]
        yield "  ".join(parts).rstrip()
        if index == 0:
            yield "  ".join("-" * widths[name] for name in names)


def _looks_numeric(text: str) -> bool:
    return text in ("", "-") or re.sub(r"e[+-]", "", text.replace(".", "")).lstrip("-").isdigit()


def _stacked(
    board: pd.DataFrame, columns: dict[str, list[str]], must: Sequence[str], params: Sequence[str], width: int
) -> Iterator[str]:
    names = [*must, *(name for name in ("trial", "state", "epochs") if name in columns)]
    for index, line in enumerate(_table(columns, names)):
        yield line
        if index >= 2:
            row = board.iloc[index - 2]
            values = " ".join(
                f"{columns[name][0]}={_text(row[name])}" for name in params if row[name] == row[name]
            )
            yield from textwrap.wrap(
                values, width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
            )
