"""A report as one HTML file."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from sweeps.errors import SweepError
from sweeps.reports.answer import number_text, text_of
from sweeps.reports.charts import charts_of
from sweeps.reports.content import Content
from sweeps.reports.pictures import Pictures, pictures_of
from sweeps.results.comparison import compare, overall
from sweeps.results.row import PARAMS
from sweeps.terminal.wording import shown_path, shown_seconds

MOST_ROWS = 500  # of a table; the CSV file has all
NEEDED = "report: needs jinja2 and vl-convert-python: pip install -e '.[report]'"


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        text: for people.
        sort: what it is sorted by, where that is not the text.
    """

    text: str
    sort: float | None = None


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        heading: short.
        help: its whole name.
        number: whether its cells are numbers.
        sorted: as `aria-sort` says it.
    """

    heading: str
    help: str
    number: bool
    sorted: str = "none"


@dataclass(frozen=True)
class Row:
    """A row; its trial's state, where it has one."""

    cells: tuple[Cell, ...]
    state: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: what it has.
        left_out: what it has not; empty where it has all.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: str = ""


def page_of(contents: Sequence[Content], n_pictures: int) -> str:
    """The file's text.

    Args:
        contents: a study each; the first is the reference of a comparison.
        n_pictures: of so many of the best trials of each study; 0 for none.

    Raises:
        SweepError: what makes pages is not installed.
    """
    environment = _environment()
    studies: list[dict[str, Any]] = [
        {
            "key": f"study-{number}",
            "name": content.name,
            "answer": content.answer,
            "facts": _facts(content),
            "again": content.winner.again,
            "board": board_table(content),
            "finals": board_table(content.finals) if content.finals is not None else None,
            "charts": charts_of(content),
            "pictures": _shown_pictures(pictures_of(content.winner, n_pictures), content),
            "failures": [{"trials": _numbers(own.trials), "reason": own.reason} for own in content.failures],
        }
        for number, content in enumerate(contents)
    ]
    return str(
        environment.get_template("page.html.j2").render(
            title=" and ".join(content.name for content in contents),
            studies=studies,
            comparison=_comparison(contents) if len(contents) > 1 else None,
            made=datetime.now().isoformat(" ", timespec="minutes"),
            style=_text("page.css"),
            script=_text("page.js"),
            specs=_packed(
                json.dumps(
                    {f"{study['key']}-{own.key}": own.spec for study in studies for own in study["charts"]},
                    separators=(",", ":"),
                    allow_nan=False,
                )
            ),
            library=_library(),
        )
    )


def _environment() -> Any:
    try:
        import jinja2
        import vl_convert  # noqa: F401  # the charts' library is in it
    except ImportError:
        raise SweepError(NEEDED) from None
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sweeps.reports", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.globals["table"] = vars(environment.get_template("table.html.j2").module)["table"]
    return environment


def _text(name: str) -> str:
    return files("sweeps.reports").joinpath(name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed, as base64 of gzip."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub asks for a snippet
    return _packed(bundle)


def _packed(text: str) -> str:
    """A text as base64 of gzip: nothing in it can end a script."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _numbers(numbers: Sequence[int]) -> str:
    listed = ", ".join(map(str, numbers[:12]))
    return listed if len(numbers) <= 12 else f"{listed} and {len(numbers) - 12} more"


def _facts(content: Content) -> list[dict[str, str]]:
    counts, cost = content.counts, content.cost
    stopped = f", {counts.pruned} stopped early" if counts.pruned else ""
    promoted = f", {counts.promoted} went on after all" if counts.promoted else ""
    failed = f", {counts.failed} failed" if counts.failed else ""
    running = f", {counts.running} running" if counts.running else ""
    facts = {
        "Trials": f"{counts.complete} complete{stopped}{promoted}{failed}{running}",
        "Time": f"{shown_seconds(cost.seconds)}; all trials together {shown_seconds(cost.trial_seconds)}",
    }
    if cost.saved_seconds is not None:
        share = cost.saved_seconds / (cost.saved_seconds + cost.trial_seconds)
        facts["Saved by stopping"] = (
            f"about {shown_seconds(cost.saved_seconds)} of trials' time, {share:.0%} of what all would "
            "have taken"
        )
    facts |= {f"Searched: {name}": values for name, values in content.space.items()}
    facts["Folder"] = shown_path(content.path)
    return [{"name": name, "value": value} for name, value in facts.items()]


def board_table(content: Content) -> Table:
    """A study's leaderboard."""
    board = content.board
    wanted: dict[str, str] = {"rank": "rank", "trial": "trial", "state": "state"}
    wanted |= {str(c): str(c) for c in board.columns if str(c).startswith("value_")}
    wanted["value"] = f"{content.objective}{f' ({content.unit})' if content.unit else ''}"
    if "low" in board and board["low"].notna().any():
        wanted |= {"low": "95 % from", "high": "to", "replicates": "seeds"}
    wanted |= {str(c): str(c).removeprefix(PARAMS) for c in board.columns if str(c).startswith(PARAMS)}
    wanted |= {
        name: heading or name for name, heading in content.columns.items() if name != content.objective
    }
    wanted |= {"trial_seconds": "seconds", "reason": "reason"}
    present = {
        name: heading
        for name, heading in wanted.items()
        if name in board.columns and board[name].notna().any()
    }
    rows = board.head(MOST_ROWS)
    left_out = ""
    if len(board) > len(rows):
        left_out = (
            f"The best {len(rows)} of {len(board)} rows; leaderboard.csv in the study's folder has all."
        )
    table = table_of(rows, present, f"Leaderboard of {content.name}", left_out)
    states = [str(state) for state in rows["state"]] if "state" in rows else [""] * len(rows)
    return Table(
        table.caption,
        table.columns,
        tuple(Row(row.cells, state) for row, state in zip(table.rows, states, strict=True)),
        table.left_out,
    )


def table_of(frame: pd.DataFrame, headings: Mapping[str, str], caption: str, left_out: str = "") -> Table:
    """Any frame's columns as a table."""
    columns = []
    cells: list[list[Cell]] = []
    for name, heading in headings.items():
        series = frame[name]
        number = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
        first = "ascending" if name == "rank" else "none"
        shown_as_count = name == "replicates"
        columns.append(Column(heading, name, number or shown_as_count, first))
        cells.append([_cell(value, number, shown_as_count) for value in series])
    rows = tuple(Row(tuple(row)) for row in zip(*cells, strict=True)) if cells else ()
    return Table(caption, tuple(columns), rows, left_out)


def _cell(value: Any, number: bool, count: bool) -> Cell:
    if value is None or value is pd.NA or value != value:
        return Cell("")
    if count:
        return Cell(str(len(str(value).split())))
    if not number:
        return Cell(text_of(value))
    if float(value).is_integer() and abs(value) < 1e15:
        return Cell(f"{int(value)}")
    return Cell(number_text(value), float(value))


def _shown_pictures(pictures: Pictures, content: Content) -> dict[str, Any] | None:
    if not pictures.rows:
        return None
    return {
        "trials": [
            {
                "number": own.number,
                "label": own.label,
                "value": f"{content.objective} {number_text(own.value)}" if own.value is not None else "",
            }
            for own in pictures.trials
        ],
        "rows": [{"name": row.name, "images": row.images} for row in pictures.rows],
    }


def _comparison(contents: Sequence[Content]) -> dict[str, Any]:
    names = [content.name for content in contents]
    try:
        frame = compare([content.board for content in contents], names)
    except SweepError as error:
        return {"refusal": f"These boards cannot be compared: {error}."}
    headings = {str(name): str(name).removeprefix(PARAMS) for name in frame.columns}
    headings |= {
        "reference_value": names[0],
        "low": "95 % from",
        "high": "to",
        "p": "p (Holm)",
        "n_reference": "n of the first",
    }
    rows = frame.head(MOST_ROWS)
    summary = overall(frame)
    tables = {
        "overall": table_of(summary, {str(n): str(n).replace("_", " ") for n in summary.columns}, "Overall"),
        "rows": table_of(
            rows,
            headings,
            "Combination by combination",
            f"The first {len(rows)} of {len(frame)} rows." if len(rows) < len(frame) else "",
        ),
    }
    note = (
        f"Every study against {names[0]}; a difference is a value less that of {names[0]}. The winner is "
        "named where a "
        "t-test on replicates says so, by Holm's method over all combinations; without replicates it is "
        "unknown."
    )
    return {"refusal": "", "note": note, **tables}
