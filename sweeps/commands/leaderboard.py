"""`python -m sweeps leaderboard`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.commands.arguments import subcommand, whole
from sweeps.commands.formats import add_format, given_as_data
from sweeps.commands.terminal import board_lines, markdown_lines
from sweeps.errors import SweepError
from sweeps.results import records, tables
from sweeps.results.leaderboard import leaderboard
from sweeps.results.ledger import Ledger
from sweeps.results.row import PARAMS
from sweeps.study.finding import FoundStudy, find_study
from sweeps.study.trial import TrialView
from sweeps.study.view import StudyView
from sweeps.terminal.console import say
from sweeps.text import shown as plain


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(
        subparsers, "leaderboard", run, "A study's trials, the best first; also writes leaderboard.csv."
    )
    parser.add_argument("study", metavar="STUDY", help="the study's folder")
    add_format(parser)
    parser.add_argument(
        "--sort",
        metavar="COLUMN",
        help="by another column of the CSV, smallest first; --sort=-COLUMN: largest first",
    )
    parser.add_argument("--top", type=whole, metavar="N", help="only so many rows")
    parser.add_argument("--rebuild", action="store_true", help="read every trial's record again")


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    found_study = find_study(options.study)
    if options.rebuild:
        try:
            Ledger(found_study.study, found_study.folder).rebuild()
        except OSError as error:
            raise SweepError(
                f"--rebuild: {found_study.folder.trials}: cannot be written ({error.strerror})"
            ) from None
        tell_damaged(found_study)
    board = leaderboard(found_study.study, found_study.folder.path)
    if not board.empty:
        _keep(found_study.folder.leaderboard, board)
    if options.sort is not None:
        column = options.sort.removeprefix("-")
        if column not in board.columns:
            column = f"{PARAMS}{column}"
        if column not in board.columns:
            raise SweepError(f"--sort={options.sort}: no such column; there are {', '.join(board.columns)}")
        board = board.sort_values(column, ascending=not options.sort.startswith("-"), kind="stable")
    rows = board.head(options.top) if options.top is not None else board
    if given_as_data(rows, options.format):
        return
    if rows.empty:
        say("no trial has run yet")
    else:
        lines = markdown_lines if options.format == "markdown" else board_lines
        for line in lines(rows, StudyView(found_study.study).columns):
            say(line)


def _keep(path: Path, board: pd.DataFrame) -> None:
    """Writes the board into the study's folder, which may be one that can only be read."""
    try:
        tables.write(path, board)
    except OSError as error:
        print(f"note: {plain(str(path))}: not written ({error.strerror})", file=sys.stderr)


def tell_damaged(found_study: FoundStudy) -> None:
    """A line on records that are there and cannot be read: the board lacks what they say."""
    folders = [
        own for trial in found_study.study.get_trials(deepcopy=False) for own in TrialView(trial).folders
    ]
    damaged_folders = [own for own in folders if records.is_damaged(found_study.folder.path / own)]
    if damaged_folders:
        more = f" and {len(damaged_folders) - 3} more" if len(damaged_folders) > 3 else ""
        names = ", ".join(f"{own}/{records.NAME}" for own in damaged_folders[:3])
        print(f"note: cannot be read, and left out: {plain(names)}{more}", file=sys.stderr)
