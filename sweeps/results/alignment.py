"""Boards set side by side: whether they can be compared, and on which combinations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sweeps.errors import SweepError
from sweeps.results.row import PARAMS
from sweeps.study.objective import DIRECTIONS
from sweeps.text import one_line

NO_DIFFERENCE = "no difference"
UNKNOWN = "unknown"
NEEDED = ("trial", "state", "value", "replicates", "objective", "direction")
SEEDS = "seeds"  # of a trial's first replicate
DATA = "data_"  # before the names of columns that say on which data a trial ran, and how they were split
Key = tuple[tuple[int, Any], ...]


class ComparisonError(SweepError):
    """Boards that cannot be compared: one line naming the boards, the column and what stands in it."""


@dataclass(frozen=True)
class Board:
    """The complete trials of a board."""

    name: str
    trials: pd.DataFrame

    @property
    def parameters(self) -> list[str]:
        return [name for name in self.trials.columns if str(name).startswith(PARAMS)]


@dataclass(frozen=True)
class Sample:
    """A combination's row in a board, and its values.

    Attributes:
        seeds: fields and seeds of the first value; those of the others count up from it. None if unknown.
    """

    row: int
    values: tuple[float, ...]
    seeds: str | None

    def shares_seeds(self, other: Sample) -> bool:
        """Whether each value of one is to be set against the same one of the other."""
        return self.seeds is not None and self.seeds == other.seeds and len(self.values) == len(other.values)


def complete_trials(boards: Sequence[pd.DataFrame], names: Sequence[str], confidence: float) -> list[Board]:
    """The boards' complete trials, after a look at what was asked for."""
    if len(boards) < 2:
        raise ComparisonError(f"a comparison takes two boards or more, not {len(boards)}")
    if len(names) != len(boards):
        raise ComparisonError(f"{len(boards)} boards have {len(names)} names: {', '.join(names)}")
    if len(set(names)) < len(names) or {NO_DIFFERENCE, UNKNOWN} & set(names):
        rule = f"names must differ and be neither {NO_DIFFERENCE!r} nor {UNKNOWN!r}"
        raise ComparisonError(f"boards named {', '.join(names)}: {rule}")
    if not 0 < confidence < 1:
        raise ComparisonError(f"confidence={confidence}: must be above 0 and below 1")
    return [
        Board(name, complete_of(board, f"board {name}", NEEDED))
        for name, board in zip(names, boards, strict=True)
    ]


def complete_of(board: pd.DataFrame, what: str, needed: Sequence[str]) -> pd.DataFrame:
    """A board's complete trials.

    Args:
        board: a leaderboard.
        what: what messages call it.
        needed: columns, `trial` and `state` among them.
    """
    if missing := [column for column in needed if column not in board.columns]:
        raise ComparisonError(f"{what} lacks {', '.join(missing)}")
    trials = board[board["state"].isin(["COMPLETE"])].reset_index(drop=True)
    if trials.empty:
        raise ComparisonError(f"{what} has no COMPLETE trial")
    if trials["trial"].duplicated().any():
        again = trials["trial"][trials["trial"].duplicated()].iloc[0]
        raise ComparisonError(f"{what} holds trial {again} twice")
    return trials


def require_direction(trials: pd.DataFrame, what: str) -> None:
    """Refuses a direction that is none; trials have one."""
    direction = text_of(trials["direction"][0])
    if direction not in DIRECTIONS:
        raise ComparisonError(f"{what}: direction={direction} must be {' or '.join(DIRECTIONS)}")


def require_same(boards: Sequence[Board]) -> None:
    """Refuses boards of different objectives or data."""
    for column in _shared(boards):
        first = set(_texts(boards[0], column))
        for board in boards:
            texts = set(_texts(board, column))
            if column in ("objective", "direction") and len(texts) > 1:
                raise ComparisonError(f"board {board.name} has several values of {column}: {_list(texts)}")
            if not first & texts:
                raise _differ(column, boards[0], first, board, texts)
    require_direction(boards[0].trials, f"board {boards[0].name}")


def _shared(boards: Sequence[Board]) -> list[str]:
    """The columns in which boards must agree to be compared."""
    data = {str(name) for board in boards for name in board.trials.columns if str(name).startswith(DATA)}
    return ["objective", "direction", *sorted(data)]


def shared_parameters(boards: Sequence[Board]) -> tuple[list[str], dict[str, Any]]:
    """The parameters of all boards, in the first one's order; the others, each with its single value."""
    every = list(dict.fromkeys(name for board in boards for name in board.parameters))
    shared = [name for name in every if all(name in board.parameters for board in boards)]
    dropped_values = {}
    for name in (name for name in every if name not in shared):
        cells = [cell for board in boards if name in board.parameters for cell in board.trials[name]]
        distinct = {_comparable(cell) for cell in cells}
        if len(distinct) > 1:
            have = [board.name for board in boards if name in board.parameters]
            lack = [board.name for board in boards if name not in board.parameters]
            raise ComparisonError(
                f"{name} has {len(distinct)} values in {', '.join(have)} and none in {', '.join(lack)}: "
                "only a parameter of one single value can be left out"
            )
        dropped_values[name] = None if pd.isna(cells[0]) else cells[0]
    return shared, dropped_values


def samples_of(board: Board, parameters: Sequence[str]) -> dict[Key, Sample]:
    """One sample per combination."""
    ranked_samples: dict[Key, tuple[tuple[int, int], Sample]] = {}
    columns = [[_comparable(cell) for cell in board.trials[name]] for name in parameters]
    cells = (board.trials[name] for name in ("trial", "replicates", "value"))
    seeds = _texts(board, SEEDS)
    for row, (trial, replicates, value) in enumerate(zip(*cells, strict=True)):
        key = tuple(column[row] for column in columns)
        values = _values(f"board {board.name}: trial {trial}", replicates, value)
        precedence = (-len(values), trial)
        if key not in ranked_samples or precedence < ranked_samples[key][0]:
            ranked_samples[key] = precedence, Sample(row, values, seeds[row])
    return {key: sample for key, (_, sample) in ranked_samples.items()}


def _values(where: str, replicates: Any, value: Any) -> tuple[float, ...]:
    """A trial's replicates; its value where it has none."""
    text = "" if pd.isna(replicates) else str(replicates)
    try:
        values = tuple(float(part) for part in text.split())
    except ValueError:
        raise ComparisonError(
            f"{where} has replicates={one_line(text, 80)}; must be numbers separated by spaces"
        ) from None
    if not values and pd.isna(value):
        raise ComparisonError(f"{where} is COMPLETE and has no value")
    return values or (float(value),)


def common(
    reference: Board, reference_samples: dict[Key, Sample], other: Board, samples: dict[Key, Sample]
) -> list[Key]:
    """The combinations of both boards, in ascending order."""
    common = sorted(reference_samples.keys() & samples.keys())
    if not common:
        raise ComparisonError(f"boards {reference.name} and {other.name} have no combination in common")
    for column in _shared([reference, other]):  # boards of several data sets agree only here
        first, second = _texts(reference, column), _texts(other, column)
        for key in common:
            mine, its = first[reference_samples[key].row], second[samples[key].row]
            if mine != its:
                raise _differ(column, reference, {mine}, other, {its})
    return common


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose columns of objects have a type."""
    objects = [name for name in frame.columns if frame[name].dtype == object]
    return frame.assign(**{name: frame[name].convert_dtypes() for name in objects})


def _comparable(cell: Any) -> tuple[int, Any]:
    """A parameter's value with its place in the order, the same whatever the column's type."""
    if pd.isna(cell):
        return 3, ""
    if isinstance(cell, (bool, np.bool_)):
        return 0, bool(cell)
    if isinstance(cell, str):
        if cell in ("True", "False"):
            return 0, cell == "True"
        try:
            cell = int(cell) if cell.lstrip("+-").isdecimal() else float(cell)
        except ValueError:
            return 2, cell
        if math.isnan(cell):
            return 2, "nan"
    if isinstance(cell, (int, np.integer)):
        return 1, int(cell)
    return 1, cell if cell.is_integer() else float(f"{cell:.12g}")  # reading a CSV may move the last digits


def text_of(cell: Any) -> str | None:
    """A cell as text, 0.0 as 0; None where it is missing."""
    if pd.isna(cell):
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _texts(board: Board, column: str) -> list[str | None]:
    """A column's cells; None throughout where there is no such column."""
    if column not in board.trials.columns:
        return [None] * len(board.trials)
    return [text_of(cell) for cell in board.trials[column]]


def _differ(
    column: str, first: Board, a: set[str | None], second: Board, b: set[str | None]
) -> ComparisonError:
    names = f"{first.name} and {second.name}"
    return ComparisonError(f"boards {names} differ in {column}: {_list(a)} and {_list(b)}")


def _list(texts: set[str | None]) -> str:
    return one_line(", ".join(sorted("nothing" if text is None else text for text in texts)), 80)
