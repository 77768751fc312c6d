"""Bad input on its way out: one line on stderr, exit code 2."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import NoReturn

from sweeps.errors import SweepError
from sweeps.text import one_line


def refuse(error: SweepError) -> NoReturn:
    """Says what is wrong, and ends the process.

    Raises:
        SystemExit: with 2.
    """
    print(f"error: {one_line(error, 2000)}", file=sys.stderr, flush=True)
    sys.exit(2)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Within it, bad input ends the process."""
    try:
        yield
    except SweepError as error:
        refuse(error)
