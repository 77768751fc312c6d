"""`python -m sweeps compare`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sweeps.commands.arguments import add_confidence, confidence_of, subcommand
from sweeps.commands.boards import board_at
from sweeps.commands.formats import add_format, given_as_data
from sweeps.commands.terminal import frame_lines, markdown_of
from sweeps.errors import SweepError
from sweeps.results.comparison import PAIRED, compare, overall
from sweeps.results.row import PARAMS
from sweeps.terminal.console import say

TEXT = """Which board is better, combination by combination, and whether that may be seed noise.

Every further board is compared with the first. A difference counts where a t-test on the replicates says so
(of pairs where both share their seeds, else Welch's), by Holm's method over all combinations; without
replicates the winner is unknown.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "compare", run, TEXT)
    parser.add_argument("boards", metavar="BOARD", nargs="+", help="a leaderboard.csv, or a study's folder")
    add_confidence(parser, "intervals and test")
    add_format(parser)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    confidence = confidence_of(options)
    names = _names(options.boards)
    frame = compare([board_at(path) for path in options.boards], names, confidence)
    if not given_as_data(frame, options.format):
        lines = markdown_of if options.format == "markdown" else frame_lines
        for line in lines(_shown(frame, names)):
            say(line)
        say("")
        for line in lines(overall(frame)):
            say(line)
        interval = f"{confidence:.0%} interval ({_tests(frame)})"
        say(f"\ndiff: from {names[0]}, with its {interval}; p: by Holm")
        for name, value in frame.attrs.get("dropped", {}).items():
            say(f"left out: {name.removeprefix('params_')}={value}, which not all boards have swept")


def _shown(frame: Any, names: list[str]) -> Any:
    """The frame for people: boards by name, and no column that says the same everywhere."""
    left_out = ["n_reference", "n", "test", *(["board"] if len(names) == 2 else [])]
    headings = {
        "reference_value": names[0],
        "difference": "diff",
        "value": names[1] if len(names) == 2 else "value",
    }
    return frame.drop(columns=left_out).rename(
        columns=lambda name: headings.get(name, name.removeprefix(PARAMS).rsplit(".", 1)[-1])
    )


def _tests(frame: Any) -> str:
    """Which tests were made: of pairs where seeds are shared."""
    pairs = int((frame["test"] == PAIRED).sum())
    if pairs in (0, len(frame)):
        return "paired by seed" if pairs else "Welch"
    return f"paired by seed in {pairs} rows, Welch in the others"


def _names(paths: list[str]) -> list[str]:
    """What tells the boards apart: file names, or the folders that they are in, or the paths as given."""
    for short in (lambda p: Path(p).name.removesuffix(".csv"), lambda p: Path(p).resolve().parent.name, str):
        names = [short(path) for path in paths]
        if len(set(names)) == len(names):
            return names
    raise SweepError("compare: a board stands there twice")
