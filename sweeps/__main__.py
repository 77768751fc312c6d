"""`python -m sweeps`: looking at studies, comparing their boards."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sweeps.commands import (
    best,
    compare,
    diff,
    effects,
    export,
    gc,
    importance,
    leaderboard,
    listing,
    plan,
    report,
    status,
)
from sweeps.errors import SweepError, reason
from sweeps.terminal.console import hold, silence
from sweeps.text import one_line

COMMANDS = (
    status,
    leaderboard,
    effects,
    compare,
    diff,
    report,
    best,
    importance,
    plan,
    export,
    listing,
    gc,
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m sweeps", description=__doc__)
    subparsers = result.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code."""
    hold()
    options = parser().parse_args(arguments)
    try:
        code = options.run(options)
    except SweepError as error:
        print(f"error: {one_line(error, 2000)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        silence()
        return 1
    except OSError as error:
        print(f"error: {reason(error)}", file=sys.stderr)
        return 1
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main())
