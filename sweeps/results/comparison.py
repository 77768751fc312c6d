"""Two or more leaderboards side by side: which is better where, and whether that may be chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sweeps.errors import SweepError
from sweeps.results.rows import PARAMS
from sweeps.results.statistics import holm, mean_interval, welch
from sweeps.study.objective import DIRECTIONS, Objective
from sweeps.text import one_line

NO_DIFFERENCE = "no difference"
UNKNOWN = "unknown"
NEEDED = ("trial", "state", "value", "replicates", "objective", "direction")
DATA = "data_"  # before the names of columns that say on which data a trial ran, and how they were split

RESULTS = ("reference_value", "value", "difference", "low", "high", "p")
Key = tuple[tuple[int, Any], ...]


class ComparisonError(SweepError):
    """Boards that cannot be compared: one line naming the boards, the column and what stands in it."""


@dataclass(frozen=True)
class _Board:
    """The complete trials of a board."""

    name: str
    trials: pd.DataFrame

    @property
    def parameters(self) -> list[str]:
        return [name for name in self.trials.columns if str(name).startswith(PARAMS)]


@dataclass(frozen=True)
class _Sample:
    """A combination's row in a board, and its values."""

    row: int
    values: tuple[float, ...]


def compare(boards: Sequence[pd.DataFrame], names: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Compares every board with the first, the reference, combination by combination.

    Only COMPLETE trials count. Combinations are aligned on the parameters that all boards share, by value: 64
    is 64.0 and "64". A parameter that some boards lack is dropped where it has one single value in all trials
    that have it, and refused where it has several: each of them would be set against the same combination.

    Where a board holds a combination several times, one trial stands for it: the one with the most
    replicates, of those the earliest. Not the best, which would favour the board that tried more often; and
    not all together, since trials of the same parameters may have run with the same seeds, and would not be
    independent.

    Args:
        boards: leaderboards; of their columns `trial`, `state`, `value`, `replicates`, `objective`,
            `direction`, `params_*` and, where there are any, `data_*` are read.
        names: a name for each.
        confidence: of the intervals; where there is no difference anywhere, `winner` names a board in one row
            or more with a probability of at most 1 - confidence.

    Returns:
        A row per board but the first, in the order of `names`, and per combination that it shares with the
        first, in ascending order:

        * `params_*`, typed as in the first board;
        * `board`: the other board's name;
        * `reference_value`, `value`: the means of the first board and of the other;
        * `difference`: value - reference_value;
        * `low`, `high`: Welch's interval of this one difference, missing where a board has fewer than two
          replicates;
        * `p`: of Welch's test, adjusted by Holm over all rows, so that it may exceed 1 - confidence where the
          interval alone excludes 0; missing as the interval is, except that it is 1 for equal means of values
          without spread;
        * `winner`: the name of the better board where p < 1 - confidence, else "no difference"; "unknown"
          where p is missing;
        * `n_reference`, `n`: how many values either mean is of.

        Its `attrs` hold `reference`, `objective`, `direction`, `confidence` and `dropped`, the dropped
        parameters with their values.

    Raises:
        ComparisonError: the boards cannot be compared.
    """
    complete = _complete(boards, names, confidence)
    _check_same(complete)
    parameters, dropped = _shared_parameters(complete)
    reference, *others = complete
    known = _samples(reference, parameters)
    rows, results = [], []
    for other in others:
        samples = _samples(other, parameters)
        for key in _common(reference, known, other, samples):
            mine, its = known[key], samples[key]
            rows.append(mine.row)
            test = welch(its.values, mine.values, confidence)
            means = (mean_interval(values).mean for values in (mine.values, its.values))
            counts = len(mine.values), len(its.values)
            results.append((other.name, *means, test.difference, test.low, test.high, test.p, *counts))
    types = {"board": "string", **dict.fromkeys(RESULTS, "float64"), "winner": "string"}
    types |= {"n_reference": "Int64", "n": "Int64"}
    frame = pd.DataFrame(results, columns=["board", *RESULTS, "n_reference", "n"])
    frame["p"] = holm(frame["p"])
    direction = str(reference.trials["direction"][0])
    better = Objective(direction).cost(frame["difference"]) < 0
    verdict = frame["board"].where(better, reference.name).where(frame["p"] < 1 - confidence, NO_DIFFERENCE)
    frame["winner"] = verdict.where(frame["p"].notna(), UNKNOWN)
    combinations = _typed(reference.trials[parameters].iloc[rows].reset_index(drop=True))
    frame = pd.concat([combinations, frame[list(types)].astype(types)], axis="columns")
    frame.attrs = {
        "reference": reference.name,
        "objective": _text(reference.trials["objective"][0]),
        "direction": direction,
        "confidence": confidence,
        "dropped": dropped,
    }
    return frame


def overall(frame: pd.DataFrame) -> pd.DataFrame:
    """Counts what `compare` found: a row per board with `board`, `combinations` (in common with the
    reference), `wins` of the board, `losses` to the reference, `no_difference`, `unknown` and
    `mean_difference`, the mean over combinations, each weighing the same."""
    rows = []
    for board, part in frame.groupby("board", sort=False):
        winners = part["winner"]
        wins, none, unknown = ((winners == what).sum() for what in (board, NO_DIFFERENCE, UNKNOWN))
        with np.errstate(invalid="ignore"):  # of infinite values
            mean = part["difference"].mean(skipna=False)
        rows.append((board, len(part), wins, len(part) - wins - none - unknown, none, unknown, mean))
    names = ["board", "combinations", "wins", "losses", "no_difference", "unknown", "mean_difference"]
    types = dict.fromkeys(names, "Int64") | {"board": "string", "mean_difference": "float64"}
    return pd.DataFrame(rows, columns=names).astype(types)


def _complete(boards: Sequence[pd.DataFrame], names: Sequence[str], confidence: float) -> list[_Board]:
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
    complete = []
    for name, board in zip(names, boards, strict=True):
        if missing := [column for column in NEEDED if column not in board.columns]:
            raise ComparisonError(f"board {name} lacks {', '.join(missing)}")
        trials = board[board["state"].isin(["COMPLETE"])].reset_index(drop=True)
        if trials.empty:
            raise ComparisonError(f"board {name} has no COMPLETE trial")
        if trials["trial"].duplicated().any():
            again = trials["trial"][trials["trial"].duplicated()].iloc[0]
            raise ComparisonError(f"board {name} holds trial {again} twice")
        complete.append(_Board(name, trials))
    return complete


def _check_same(boards: Sequence[_Board]) -> None:
    """Refuses boards of different objectives or data."""
    for column in _shared(boards):
        first = set(_texts(boards[0], column))
        for board in boards:
            found = set(_texts(board, column))
            if column in ("objective", "direction") and len(found) > 1:
                raise ComparisonError(f"board {board.name} has several values of {column}: {_list(found)}")
            if not first & found:
                raise _differ(column, boards[0], first, board, found)
    direction = _text(boards[0].trials["direction"][0])
    if direction not in DIRECTIONS:
        raise ComparisonError(
            f"board {boards[0].name}: direction={direction} must be {' or '.join(DIRECTIONS)}"
        )


def _shared(boards: Sequence[_Board]) -> list[str]:
    """The columns in which boards must agree to be compared."""
    data = {str(name) for board in boards for name in board.trials.columns if str(name).startswith(DATA)}
    return ["objective", "direction", *sorted(data)]


def _shared_parameters(boards: Sequence[_Board]) -> tuple[list[str], dict[str, Any]]:
    """The parameters of all boards, in the first one's order; the others, each with its single value."""
    every = list(dict.fromkeys(name for board in boards for name in board.parameters))
    shared = [name for name in every if all(name in board.parameters for board in boards)]
    dropped = {}
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
        dropped[name] = None if pd.isna(cells[0]) else cells[0]
    return shared, dropped


def _samples(board: _Board, parameters: Sequence[str]) -> dict[Key, _Sample]:
    """One sample per combination."""
    found: dict[Key, tuple[tuple[int, int], _Sample]] = {}
    columns = [[_comparable(cell) for cell in board.trials[name]] for name in parameters]
    cells = (board.trials[name] for name in ("trial", "replicates", "value"))
    for row, (trial, replicates, value) in enumerate(zip(*cells, strict=True)):
        key = tuple(column[row] for column in columns)
        values = _values(f"board {board.name}: trial {trial}", replicates, value)
        precedence = (-len(values), trial)
        if key not in found or precedence < found[key][0]:
            found[key] = precedence, _Sample(row, values)
    return {key: sample for key, (_, sample) in found.items()}


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


def _common(
    reference: _Board, known: dict[Key, _Sample], other: _Board, samples: dict[Key, _Sample]
) -> list[Key]:
    """The combinations of both boards, in ascending order."""
    common = sorted(known.keys() & samples.keys())
    if not common:
        raise ComparisonError(f"boards {reference.name} and {other.name} have no combination in common")
    for column in _shared([reference, other]):  # boards of several data sets agree only here
        first, second = _texts(reference, column), _texts(other, column)
        for key in common:
            mine, its = first[known[key].row], second[samples[key].row]
            if mine != its:
                raise _differ(column, reference, {mine}, other, {its})
    return common


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
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


def _text(cell: Any) -> str | None:
    """A cell as text, 0.0 as 0; None where it is missing."""
    if pd.isna(cell):
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _texts(board: _Board, column: str) -> list[str | None]:
    """A column's cells; None throughout where there is no such column."""
    if column not in board.trials.columns:
        return [None] * len(board.trials)
    return [_text(cell) for cell in board.trials[column]]


def _differ(
    column: str, first: _Board, a: set[str | None], second: _Board, b: set[str | None]
) -> ComparisonError:
    names = f"{first.name} and {second.name}"
    return ComparisonError(f"boards {names} differ in {column}: {_list(a)} and {_list(b)}")


def _list(texts: set[str | None]) -> str:
    return one_line(", ".join(sorted("nothing" if text is None else text for text in texts)), 80)
