"""`python -m sweeps plan`."""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from typing import Any

from sweeps.commands.arguments import subcommand
from sweeps.errors import SweepError

TEXT = """A dry run: what a multirun would do. Nothing is launched, nothing written.

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
    # Python's own -m, before a module's name, is not Hydra's.
    own = [word for before, word in itertools.pairwise(words) if not before.startswith("python")]
    if not {"-m", "--multirun"} & set(own):
        raise SweepError(
            "plan: needs the command of a multirun, such as python -m lstm_vae.train --multirun ..."
        )
    if words[0] in ("python", "python3"):
        words[0] = sys.executable
    try:
        return subprocess.run([*words, "hydra.sweeper.dry_run=true"], check=False).returncode
    except OSError as error:
        raise SweepError(f"plan: {words[0]}: {error.strerror}") from None
