"""`python -m sweeps plan`."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from sweeps.commands.arguments import subcommand
from sweeps.errors import SweepError

_PYTHON = re.compile(r"python[\d.]*(\.exe)?")
TEXT = """A dry run: what a multirun would do. Nothing is launched, and no study is made.

    python -m sweeps plan python -m lstm_vae.train --multirun +sweep=encoder
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "plan", run, TEXT)
    parser.add_argument(
        "words", metavar="COMMAND", nargs=argparse.REMAINDER, help="the command of the multirun"
    )


def run(options: argparse.Namespace) -> int:
    """Runs it."""
    words = [word for word in options.words if word != "--"]
    if not {"-m", "--multirun"} & set(_programs_own(words)):
        raise SweepError(
            "plan: needs the command of a multirun, such as python -m lstm_vae.train --multirun ..."
        )
    if words[0] in ("python", "python3"):
        words[0] = sys.executable
    try:
        # Whatever the words mean, it is no single run that begins.
        words += ["hydra.mode=MULTIRUN", "hydra.sweeper.dry_run=true"]
        return subprocess.run(words, check=False).returncode
    except OSError as error:
        raise SweepError(f"plan: {words[0]}: {error.strerror}") from None


def _programs_own(words: Sequence[str]) -> Sequence[str]:
    """What the program itself is given: Python's own -m, before a module's name, is not Hydra's."""
    python = next((n for n, word in enumerate(words) if _PYTHON.fullmatch(PurePath(word).name)), None)
    rest = words[1 if python is None else python + 1 :]
    if python is None:
        return rest
    while rest and rest[0].startswith("-"):
        if re.fullmatch("-[a-zA-Z]*[mc]", rest[0]):
            return rest[2:]
        rest = rest[2 if rest[0] in ("-W", "-X") else 1 :]
    return rest[1:]
