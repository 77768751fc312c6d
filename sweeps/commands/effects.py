"""`python -m sweeps effects`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.commands.arguments import add_confidence, confidence_of, subcommand, whole
from sweeps.commands.boards import board_at, board_of
from sweeps.commands.formats import add_format, given_as_data
from sweeps.commands.terminal import frame_lines, markdown_of
from sweeps.errors import SweepError
from sweeps.results.at_step import first_stop
from sweeps.results.effects import Verdict, effects
from sweeps.results.row import PARAMS
from sweeps.study.finding import FoundStudy, find_study
from sweeps.terminal.console import say

TEXT = """What each choice of each parameter adds to the objective, with intervals, and whether it matters.

Every trial tells of every parameter: value = mean + an effect of each choice + noise, by least squares.
`p` is of a choice's difference from the best one, by Holm over all pairs. Complete trials count; in a study
that stops trials, --step compares all that reached a step by what they reported there.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "effects", run, TEXT)
    parser.add_argument("board", metavar="BOARD", help="a leaderboard.csv, or a study's folder")
    parser.add_argument(
        "--step", type=whole, metavar="N", help="by what trials reported at step N (of a study)"
    )
    parser.add_argument(
        "--without",
        type=int,
        action="append",
        default=[],
        metavar="TRIAL",
        help="leave out a trial, by number; may be given several times",
    )
    add_confidence(parser, "intervals and tests")
    add_format(parser)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    confidence = confidence_of(options)
    try:
        found_study = find_study(options.board) if Path(options.board).is_dir() else None
        board = board_of(found_study, options.step) if found_study else board_at(options.board, options.step)
        frame = effects(_without(board, options.without), confidence)
    except SweepError as error:
        raise SweepError(f"{options.board}: {error}") from None
    if note := _on_survivors(board, found_study):
        print(f"note: {note}", file=sys.stderr)
    for misfit in frame.attrs["misfits"]:
        print(
            f"note: trial {misfit.trial} came to {misfit.value:g} where its choices add up to "
            f"{misfit.expected:g}; --without {misfit.trial} leaves it out",
            file=sys.stderr,
        )
    if not given_as_data(frame, options.format):
        lines = markdown_of if options.format == "markdown" else frame_lines
        for line in lines(frame):
            say(line)
        say("")
        for line in summary(frame, options.step):
            say(line)


def _on_survivors(board: pd.DataFrame, found_study: FoundStudy | None) -> str | None:
    """What the complete trials of a board do not tell, where others were stopped."""
    stopped = board[board["state"] == "PRUNED"]
    if stopped.empty:
        return None
    complete = board[board["state"] == "COMPLETE"]
    lost = [
        f"{column.removeprefix(PARAMS)}={choice}"
        for column in map(str, board.columns)
        if column.startswith(PARAMS)
        for choice in sorted(_choices(stopped, column) - _choices(complete, column))
    ]
    trials = "1 trial was" if len(stopped) == 1 else f"{len(stopped)} trials were"
    note = f"{trials} stopped and not counted; the survivors of weak choices are their lucky ones"
    if lost:
        note += f", and of {', '.join(lost)} there are none"
    step = first_stop(found_study.study.get_trials(deepcopy=False)) if found_study else None
    if step is not None:
        note += f"; --step {step} counts all, by what they had reported there"
    return note


def _without(board: pd.DataFrame, left_out: Sequence[int]) -> pd.DataFrame:
    if not left_out:
        return board
    numbers = board["trial"] if "trial" in board.columns else pd.Series(dtype="Int64")
    if missing := sorted(set(left_out) - set(numbers)):
        raise SweepError(f"--without={missing[0]}: no such trial")
    return board[~numbers.isin(left_out)]


def _choices(board: pd.DataFrame, column: str) -> set[str]:
    return set(board[column].dropna().map(str))


def summary(frame: pd.DataFrame, step: int | None) -> Iterator[str]:
    """What the table says, in sentences.

    Args:
        frame: of `effects`.
        step: by what was reported there; None by the trials' own values.
    """
    told = frame.attrs
    what = f"{told['objective'] or 'value'}{f' at step {step}' if step is not None else ''}"
    yield (
        f"{what} of {told['trials']} trials: {told['mean']:g} on average over the "
        f"choices, noise {told['spread']:.3g}; intervals of {told['confidence']:.0%}"
    )
    for verdict in told["verdicts"]:
        yield f"{verdict.parameter}: {_judged(verdict)}"


def _judged(verdict: Verdict) -> str:
    if math.isnan(verdict.f):
        return f"{verdict.best} is best; there is no noise to judge by"
    test = f"F({verdict.degrees[0]}, {verdict.degrees[1]}) = {verdict.f:.3g}, p = {verdict.p:.2g}"
    if not verdict.matters:
        return f"may be chance ({test})"
    if not verdict.as_good:
        return f"matters ({test}); {verdict.best} is best"
    return f"matters ({test}); {verdict.best} is best, or {', '.join(verdict.as_good)}: not told apart"
