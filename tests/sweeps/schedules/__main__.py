"""`python -m tests.sweeps.schedules 10000`: runs so many schedules and says how many passed."""

from __future__ import annotations

import contextlib
import io
import sys

from tests.sweeps.test_schedules import run

if __name__ == "__main__":
    # What the sweeps say is of no interest; a failing schedule is in the exception.
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        passed = run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(f"{passed} schedules passed")
