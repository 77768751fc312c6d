"""What several commands' arguments have in common."""

from __future__ import annotations

import argparse
import math
from typing import Any

from sweeps.errors import SweepError

DAY = 86_400  # seconds


def subcommand(subparsers: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    """A command; the first line of `text` is what the list of commands says of it."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=text.strip().splitlines()[0],
        description=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_confidence(parser: argparse.ArgumentParser, of: str) -> None:
    """Declares `--confidence`, which `confidence_of` reads."""
    parser.add_argument("--confidence", type=float, default=0.95, metavar="P", help=f"of {of} (0.95)")


def confidence_of(options: argparse.Namespace) -> float:
    """The confidence that was asked for.

    Raises:
        SweepError: it is none.
    """
    confidence: float = options.confidence
    if not 0 < confidence < 1:
        raise SweepError(f"--confidence={confidence}: must be above 0 and below 1")
    return confidence


def whole(text: str) -> int:
    """A whole number of at least 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number of at least 1")
    return number


def seconds(text: str) -> float:
    """A number of seconds that one can wait for: at most a day."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= DAY:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a number of seconds, 0 to {DAY}")
    return number
