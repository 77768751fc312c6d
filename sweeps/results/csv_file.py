"""CSV rows as text: appending one at a cost that does not depend on how many there are.

A text that a spreadsheet would take for a formula stands there behind an apostrophe, as people type it who
want to see it as it is; reading takes it away again. Numbers are no formulas, and stay as they are.
"""

from __future__ import annotations

import csv
import heapq
import io
import itertools
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sweeps.errors import SweepError
from sweeps.system import received
from sweeps.system.atomic import write_text
from sweeps.text import one_line

MOST = 128 * 2**20  # bytes of a table: a hundred thousand trials
_FORMULA = re.compile("'*[=+@\t\r-]")
_NUMBERS = re.compile(r"[0-9A-Za-z+. -]+")
_WHOLE = re.compile(r"[0-9]{1,18}")


def cell(value: Any) -> str:
    """A value as a CSV has it; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(float(value))
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def cells_of(row: Mapping[str, Any]) -> dict[str, str]:
    """A row's cells that are not empty, by their columns' names as a CSV has them."""
    return {cell(name): text for name, value in row.items() if (text := cell(value))}


def read_cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """A CSV's header and rows as text.

    Raises:
        SweepError: the file is missing, empty, too large or no text.
    """
    try:
        text = received.text(path, MOST)
        rows = [[_unquoted(field) for field in row] for row in csv.reader(io.StringIO(text, newline=""))]
    except OSError as error:
        raise SweepError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, csv.Error) as error:
        raise SweepError(f"{path}: no CSV ({one_line(error, 200)})") from None
    if not rows or not any(rows[0]):
        raise SweepError(f"{path}: is empty")
    if len(set(rows[0])) < len(rows[0]):
        raise SweepError(f"{path}: a column stands there twice")
    return rows[0], rows[1:]


def append(path: Path, row: Mapping[str, Any]) -> None:
    """Appends a row at a cost that does not depend on how many there are.

    Only where the row has a column that the file lacks, or has them in another order (at most a few times in
    a study's life), is the file written anew. A row that a crash tore is closed first, and skipped by readers
    of single rows.
    """
    cells = cells_of(row)
    if not path.exists() or path.stat().st_size == 0:
        write_text(path, _text([cells]))
        return
    with path.open("rb") as file:
        header = [_unquoted(field) for field in next(csv.reader([file.readline().decode()]))]
    places = {name: place for place, name in enumerate(header)}
    own = [places.get(name, -1) for name in cells]
    if -1 in own or own != sorted(own):
        _rewrite(path, cells)
        return
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        ended = file.read(1) == b"\n"
        text = line([cells.get(name, "") for name in header])
        file.write((text if ended else "\n" + text).encode())


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes a whole file of rows, with the columns of all of them."""
    write_text(path, _text([cells_of(row) for row in rows]))


def in_order(rows: Iterable[Iterable[str]]) -> list[str]:
    """The columns of all rows, as far as possible in the order in which each row has them; of the orders that
    are left, the first by the alphabet. So it does not matter in which order the rows came.

    Source: Kahn (1962), Topological sorting of large networks, Communications of the ACM 5(11).
    """
    before: dict[str, set[str]] = {}  # of a column, those that come before it
    for names in {tuple(row): None for row in rows}:
        for name in names:
            before.setdefault(name, set())
        for first, second in itertools.pairwise(names):
            before[second].add(first)
    after: dict[str, list[str]] = {name: [] for name in before}
    for name, earlier in before.items():
        for other in earlier:
            after[other].append(name)
    missing = {name: len(earlier) for name, earlier in before.items()}
    free = sorted(name for name, number in missing.items() if number == 0)
    order: list[str] = []
    while missing:
        # Where rows contradict each other, the one that the fewest are to come before.
        name = heapq.heappop(free) if free else min(missing, key=lambda own: (missing[own], own))
        order.append(name)
        del missing[name]
        for other in after[name]:
            if other in missing:
                missing[other] -= 1
                if missing[other] == 0:
                    heapq.heappush(free, other)
    return order


def numbers_of(path: Path) -> set[int] | None:
    """The numbers in the first column; none where there is no file.

    Returns:
        None where a row is torn, or stands there twice.
    """
    if not path.exists():
        return set()
    try:
        header, rows = read_cells(path)
    except SweepError:
        return None
    whole = path.read_bytes().endswith(b"\n") and all(len(row) == len(header) for row in rows)
    if not whole or header[0] != "trial" or not all(_WHOLE.fullmatch(row[0]) for row in rows):
        return None
    numbers = {int(row[0]) for row in rows}
    return numbers if len(numbers) == len(rows) else None


def line(cells: Sequence[str]) -> str:
    """A row as a CSV has it, its line break included."""
    out = io.StringIO()
    # Only what is part of the line's end is quoted where it stands in a cell.
    csv.writer(out, lineterminator="\r\n").writerow([_quoted(own) for own in cells])
    return out.getvalue()[:-2] + "\n"


def _quoted(text: str) -> str:
    if text[:1] not in "=+-@\t\r'" or not _FORMULA.match(text) or _is_numbers(text):
        return text
    return "'" + text


def _unquoted(text: str) -> str:
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def _is_numbers(text: str) -> bool:
    """Whether it is a number, or several with blanks between them: replicates."""
    if not _NUMBERS.fullmatch(text):
        return False  # float() bears any white space around a number
    try:
        return bool([float(part) for part in text.split(" ")])
    except ValueError:
        return False


def _text(rows: Sequence[Mapping[str, str]]) -> str:
    header = in_order(rows)
    return line(header) + "".join(line([row.get(name, "") for name in header]) for row in rows)


def _rewrite(path: Path, cells: Mapping[str, str]) -> None:
    header, rows = read_cells(path)
    whole = [cells_of(dict(zip(header, row, strict=True))) for row in rows if len(row) == len(header)]
    write_text(path, _text([*whole, cells]))
