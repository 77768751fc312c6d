"""`python -m sweeps diff`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sweeps.commands.arguments import subcommand
from sweeps.commands.terminal import frame_lines, markdown_of
from sweeps.errors import SweepError
from sweeps.results.account import RunAccount, read_account
from sweeps.results.difference import Difference, difference_of
from sweeps.study.finding import find_study
from sweeps.study.trial import TrialView
from sweeps.terminal.console import say

TEXT = """In what two trials or runs differ: configuration, metrics, versions and data, curves.

A trial is STUDY:NUMBER, or its folder; a run is its folder. Of replicates the first is meant; the folder of
another one names it.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "diff", run, TEXT)
    parser.add_argument("one", metavar="TRIAL", help="STUDY:NUMBER, or a run's folder")
    parser.add_argument("other", metavar="TRIAL", help="likewise")
    parser.add_argument("--curves", metavar="COLUMN", help="this column of history.csv at all steps")
    parser.add_argument("--format", choices=("table", "markdown"), default="table")


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    one, other = account_of_text(options.one), account_of_text(options.other)
    if options.curves is not None and options.curves not in one.curves.keys() & other.curves.keys():
        known = ", ".join(name for name in one.curves if name in other.curves) or "none"
        raise SweepError(f"--curves={options.curves}: not both have such a column; there is {known}")
    difference = difference_of(one, other, n_steps=6 if options.curves is None else 10**9)
    headings = {"one": options.one, "other": options.other}
    lines = markdown_of if options.format == "markdown" else frame_lines
    parts = _parts(difference, options.curves)
    for number, (title, frame) in enumerate(parts):
        if number:
            say("")
        if frame.empty:
            say(f"{title}: no difference")
            continue
        say(f"{title}:")
        for line in lines(frame.rename(columns=headings)):
            say(line)


def _parts(difference: Difference, curve: str | None) -> list[tuple[str, Any]]:
    curves = difference.curves
    if curve is not None:
        return [("curves", curves[curves["curve"] == curve].drop(columns="curve"))]
    shown = curves[curves["curve"].isin(_telling(curves["curve"]))]
    return [
        ("configuration", difference.config),
        ("metrics", difference.metrics),
        ("provenance", difference.provenance),
        ("curves", shown),
    ]


def _telling(names: Any) -> set[str]:
    """Of a table's columns those of validation, where there are any: the others follow the same way."""
    validation = {name for name in names if str(name).startswith("val_")}
    return validation or set(names)


def account_of_text(text: str) -> RunAccount:
    """What a word names.

    Raises:
        SweepError: nothing that can be read.
    """
    path = Path(text)
    if path.is_dir():
        if (path / "spec.yaml").is_file():
            raise SweepError(f"{text}: is a study; {text}:NUMBER names a trial of it")
        return read_account(path)
    study, _, number = text.rpartition(":")
    if not study or not number.isdecimal():
        raise SweepError(f"{text}: no such folder, and no STUDY:NUMBER")
    found = find_study(study)
    trials = found.study.get_trials(deepcopy=False)
    if int(number) >= len(trials):
        raise SweepError(f"{text}: the study has trials 0 to {len(trials) - 1}")
    folders = TrialView(trials[int(number)]).folders
    if not folders:
        raise SweepError(f"{text}: has not run yet")
    return read_account(found.folder.path / folders[0])
