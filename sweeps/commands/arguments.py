"""What several commands' arguments have in common."""

from __future__ import annotations

import argparse
from typing import Any


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


def whole(text: str) -> int:
    """A whole number of at least 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number of at least 1")
    return number
