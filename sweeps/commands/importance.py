"""`python -m sweeps importance`."""

from __future__ import annotations

import argparse
import sys
import warnings
from typing import Any

import pandas as pd
from optuna.exceptions import ExperimentalWarning

from sweeps.commands.arguments import subcommand
from sweeps.commands.terminal import frame_lines
from sweeps.errors import SweepError
from sweeps.results.csv_file import cell
from sweeps.study.finding import find_study
from sweeps.terminal.console import say
from sweeps.text import one_line

TEXT = """Which parameters matter: PED-ANOVA (Watanabe et al. 2023), Optuna's default.

How much the values of the best tenth of complete trials differ from those of all, parameter by parameter; the
numbers sum to 1. Of few trials that is mostly chance: `effects` says what may be.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "importance", run, TEXT)
    parser.add_argument("study", metavar="STUDY", help="the study's folder")


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    from optuna.importance import get_param_importances

    found_study = find_study(options.study)
    if len(found_study.study.directions) > 1:
        raise SweepError(f"{options.study}: has several objectives; importance is of one")
    try:
        with warnings.catch_warnings(record=True) as caught_warnings:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", ExperimentalWarning)
            importances = get_param_importances(found_study.study)
    except Exception as error:  # whatever its arithmetic stumbles over
        raise SweepError(f"{options.study}: no importance can be computed ({one_line(error, 200)})") from None
    if not importances:
        raise SweepError(
            f"{options.study}: no importance can be computed (fewer than two values of each parameter)"
        )
    for what in dict.fromkeys(one_line(warning.message) for warning in caught_warnings):
        print(f"note: {what}", file=sys.stderr)
    frame = pd.DataFrame(
        {"parameter": [cell(name) for name in importances], "importance": list(importances.values())}
    )
    for line in frame_lines(frame):
        say(line)
