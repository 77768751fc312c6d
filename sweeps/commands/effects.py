"""`python -m sweeps effects`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.commands.arguments import subcommand, whole
from sweeps.commands.terminal import frame_lines, markdown_of
from sweeps.errors import SweepError
from sweeps.results import tables
from sweeps.results.at_step import at_step
from sweeps.results.effects import Verdict, effects
from sweeps.results.leaderboard import leaderboard
from sweeps.study.finding import find_study
from sweeps.terminal.console import give, say

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
    parser.add_argument(
        "--confidence", type=float, default=0.95, metavar="P", help="of intervals and tests (0.95)"
    )
    parser.add_argument("--format", choices=("table", "csv", "markdown", "json"), default="table")


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    if not 0 < options.confidence < 1:
        raise SweepError(f"--confidence={options.confidence}: must be above 0 and below 1")
    try:
        frame = effects(_chosen(options), options.confidence)
    except SweepError as error:
        raise SweepError(f"{options.board}: {error}") from None
    for misfit in frame.attrs["misfits"]:
        print(
            f"note: trial {misfit.trial} came to {misfit.value:g} where its choices add up to "
            f"{misfit.expected:g}; --without {misfit.trial} leaves it out",
            file=sys.stderr,
        )
    if options.format == "csv":
        give(tables.text_of(frame))
    elif options.format == "json":
        say(frame.to_json(orient="records", indent=2, double_precision=15))
    else:
        lines = markdown_of if options.format == "markdown" else frame_lines
        for line in lines(frame):
            say(line)
        say("")
        for line in summary(frame):
            say(line)


def _chosen(options: argparse.Namespace) -> pd.DataFrame:
    """The board that was asked for."""
    path = Path(options.board)
    if path.is_dir():
        found_study = find_study(path)
        board: pd.DataFrame = leaderboard(found_study.study, found_study.folder.path)
        if options.step is not None:
            board = at_step(board, found_study.study.get_trials(deepcopy=False), options.step)
    elif options.step is not None:
        raise SweepError(f"--step={options.step}: a table has no steps; give the study's folder")
    else:
        board = tables.read(path)
    numbers = board["trial"] if "trial" in board.columns else pd.Series(dtype="Int64")
    if missing := sorted(set(options.without) - set(numbers)):
        raise SweepError(f"--without={missing[0]}: no such trial")
    return board[~numbers.isin(options.without)] if options.without else board


def summary(frame: pd.DataFrame) -> Iterator[str]:
    """What the table says, in sentences.

    Args:
        frame: of `effects`.
    """
    told = frame.attrs
    yield (
        f"{told['objective'] or 'value'} of {told['trials']} trials: {told['mean']:g} on average over the "
        f"choices, noise {told['spread']:.3g}; intervals of {told['confidence']:.0%}"
    )
    for verdict in told["verdicts"]:
        yield f"{verdict.parameter}: {_judged(verdict, told['confidence'])}"


def _judged(verdict: Verdict, confidence: float) -> str:
    if math.isnan(verdict.f):
        return f"{verdict.best} is best; there is no noise to judge by"
    test = f"F({verdict.degrees[0]}, {verdict.degrees[1]}) = {verdict.f:.3g}, p = {verdict.p:.2g}"
    if not verdict.p < 1 - confidence:
        return f"may be chance ({test})"
    if not verdict.as_good:
        return f"matters ({test}); {verdict.best} is best"
    return f"matters ({test}); {verdict.best} is best, or {', '.join(verdict.as_good)}: not told apart"
