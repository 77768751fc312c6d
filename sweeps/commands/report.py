"""`python -m sweeps report`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from sweeps.commands.arguments import subcommand
from sweeps.errors import SweepError
from sweeps.study.finding import find_study
from sweeps.study.folder import REPORT
from sweeps.system.atomic import write_text
from sweeps.terminal.console import say
from sweeps.terminal.wording import shown_path

TEXT = """A study as one HTML page: the answer, the board, curves, pictures, what it cost.

Several studies are compared with the first. The page needs no network; it is written to report.html in the
(first) study's folder, where a new report takes the place of the one before.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "report", run, TEXT)
    parser.add_argument("studies", metavar="STUDY", nargs="+", help="a study's folder")
    parser.add_argument("--output", metavar="FILE.html", help="a new file elsewhere")
    parser.add_argument(
        "--pictures",
        type=int,
        default=3,
        metavar="K",
        help="side by side, of the K best trials; 0 for none (3)",
    )


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    from sweeps.reports.content import content_of, require_some
    from sweeps.reports.page import page_of

    if options.pictures < 0:
        raise SweepError(f"--pictures={options.pictures}: must be 0 or more")
    target = _target(options.output)
    found = [find_study(where) for where in options.studies]
    paths = [own.folder.path.resolve() for own in found]
    if len(set(paths)) < len(paths):
        raise SweepError("report: a study stands there twice")
    contents = [content_of(own, max(1, options.pictures)) for own in found]
    require_some(contents)
    page = page_of(contents, options.pictures)
    path = target if target is not None else found[0].folder.path / REPORT
    try:
        write_text(path, page)
    except OSError as error:
        raise SweepError(
            f"{shown_path(path)}: cannot be written ({error.strerror}); --output=FILE.html names another"
        ) from None
    say(f"{shown_path(path)}: {len(page.encode()) / 1e6:.2f} MB")


def _target(output: str | None) -> Path | None:
    if output is None:
        return None
    target = Path(output)
    if os.path.lexists(target):
        raise SweepError(f"{target}: exists already")
    if not target.absolute().parent.is_dir():
        raise SweepError(f"{target}: its folder does not exist")
    return target.absolute()
