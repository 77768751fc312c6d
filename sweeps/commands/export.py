"""`python -m sweeps export`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.commands.arguments import subcommand
from sweeps.commands.leaderboard import tell_damaged
from sweeps.errors import SweepError
from sweeps.results import tables
from sweeps.results.leaderboard import leaderboard
from sweeps.study.finding import find_study
from sweeps.terminal.console import say


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "export", run, "All that a study knows of its trials, as a new CSV file.")
    parser.add_argument("study", metavar="STUDY", help="the study's folder")
    parser.add_argument("file", metavar="FILE.csv")
    parser.add_argument(
        "--curves", action="store_true", help="intermediate values instead: trial, step, value"
    )


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    target = Path(options.file)
    if os.path.lexists(target):
        raise SweepError(f"{target}: exists already")
    if not target.absolute().parent.is_dir():
        raise SweepError(f"{target}: its folder does not exist")
    found_study = find_study(options.study)
    if options.curves:
        rows = [
            {"trial": trial.number, "step": step, "value": value}
            for trial in found_study.study.get_trials(deepcopy=False)
            for step, value in sorted(trial.intermediate_values.items())
        ]
        frame: pd.DataFrame = tables.frame_of(rows, ("trial", "step", "value"))
    else:
        frame = leaderboard(found_study.study, found_study.folder.path, rebuild=True)
        tell_damaged(found_study)
    try:
        tables.write(target, frame)
    except OSError as error:
        raise SweepError(f"{target}: cannot be written ({error.strerror})") from None
    say(f"{target}: {len(frame)} rows, {len(frame.columns)} columns")
