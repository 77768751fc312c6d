"""`python -m tests.sweeps.bad_commands`: gives bad commands and says how many were answered right."""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from tests.sweeps.bad_commands.command import PROGRAMS
from tests.sweeps.bad_commands.corpus import COMMANDS
from tests.sweeps.bad_commands.running import environment, forked, fresh, verdict


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sweeps.bad_commands", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="a Python process each, not a fork")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth")
    parser.add_argument("--program", choices=PROGRAMS, help="only those of one program")
    parser.add_argument("--only", default="", metavar="TEXT", help="only those with this text")
    wanted = parser.parse_args()
    given = [
        (command, program)
        for command in COMMANDS
        for program in command.programs
        if wanted.program in (None, program) and wanted.only in " ".join(command.words)
    ][:: wanted.every]
    right = 0
    with tempfile.TemporaryDirectory() as name:
        outside = environment(Path(name) / "cache")
        for index, (command, program) in enumerate(given):
            folder = Path(name) / str(index)
            wrong = verdict(command, program, fresh if wanted.fresh else forked, folder, outside)
            right += wrong is None
            if wrong is not None:
                print(f"{program}: {shlex.join(command.arguments(program))}\n    {wrong}", flush=True)
    print(f"{right} of {len(given)} bad commands answered right")
    return 0 if right == len(given) else 1


if __name__ == "__main__":
    sys.exit(main())
