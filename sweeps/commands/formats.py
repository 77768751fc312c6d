"""The formats in which commands give a frame."""

from __future__ import annotations

import argparse

import pandas as pd

from sweeps.results import tables
from sweeps.terminal.console import give, say


def add_format(parser: argparse.ArgumentParser) -> None:
    """Declares `--format`."""
    parser.add_argument("--format", choices=("table", "csv", "markdown", "json"), default="table")


def given_as_data(frame: pd.DataFrame, form: str) -> bool:
    """Writes the frame where it is asked for as CSV or JSON, to the last digit; whether that was so. What
    people are shown instead is each command's own."""
    if form == "csv":
        give(tables.text_of(frame))
    elif form == "json":
        say(frame.to_json(orient="records", indent=2, double_precision=15))
    return form in ("csv", "json")
