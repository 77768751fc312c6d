"""CSV rows as text: appending one at a cost that does not depend on how many there are."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sweeps.atomic import write_text
from sweeps.errors import SweepError, one_line


def cell(value: Any) -> str:
    """A value as a CSV has it; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(float(value))
    return str(value)


def read_cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """A CSV's header and rows as text.

    Raises:
        SweepError: the file is missing, empty or no text.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise SweepError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise SweepError(f"{path}: no CSV ({one_line(error, 200)})") from None
    if not rows or not any(rows[0]):
        raise SweepError(f"{path}: is empty")
    if len(set(rows[0])) < len(rows[0]):
        raise SweepError(f"{path}: a column stands there twice")
    return rows[0], rows[1:]


def append(path: Path, row: Mapping[str, Any]) -> None:
    """Appends a row at a cost that does not depend on how many there are.

    Only where the row has a column that the file lacks (at most a few times in a study's life) is the file
    written anew. A row that a crash tore is closed first, and skipped by readers of single rows.
    """
    if not path.exists() or path.stat().st_size == 0:
        path.write_text(_line(list(row)) + _line([cell(value) for value in row.values()]), encoding="utf-8")
        return
    with path.open("r+b") as file:
        header = next(csv.reader([file.readline().decode()]))
        if new := [name for name in row if name not in header]:
            _widen(path, new)
            header += new
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        ended = file.read(1) == b"\n"
        text = _line([cell(row.get(name)) for name in header])
        file.write((text if ended else "\n" + text).encode())


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes a whole file of rows, with the columns of all of them."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    lines = [_line([cell(row.get(name)) for name in header]) for row in rows]
    write_text(path, _line(header) + "".join(lines))


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
    if not whole or header[0] != "trial" or not all(row[0].isdigit() for row in rows):
        return None
    numbers = {int(row[0]) for row in rows}
    return numbers if len(numbers) == len(rows) else None


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _widen(path: Path, new: Sequence[str]) -> None:
    header, rows = read_cells(path)
    filled = [row + [""] * len(new) for row in rows if len(row) == len(header)]
    write_text(path, _line([*header, *new]) + "".join(_line(row) for row in filled))
