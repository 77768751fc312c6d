"""`python -m tests.hostile --examples 5000`: tries so many files that were sent, and counts those that any
command answered with anything but one line and exit code 2, or a result."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import OUTSIDE, SMALL
from tests.hostile.campaign import Campaign
from tests.hostile.studies import make_study


def main() -> int:
    """Runs the campaign."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--examples", type=int, default=1000, metavar="N", help="how many (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (0)")
    parser.add_argument("--runs", action="store_true", help="every fourth is of a run; needs TensorFlow")
    parser.add_argument(
        "--memory", type=float, default=4.0, metavar="GIB", help="that the process may take (4)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("study", "run", "work"):
            (root / name).mkdir()
        study = make_study(root / "study")
        if options.runs:
            words = [sys.executable, "-m", "lstm_vae.train", *SMALL, "hydra.run.dir=run"]
            subprocess.run(words, cwd=root / "run", env=OUTSIDE, check=True, capture_output=True)
            import tensorflow  # noqa: F401  # it takes address space of its own
        most = int(options.memory * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most * (8 if options.runs else 1), resource.RLIM_INFINITY))
        campaign = Campaign(root / "work", study, root / "run" / "run" if options.runs else None)
        tried = wrong = 0
        for example in campaign.drawn(options.examples, options.seed):
            tried += 1
            if example.wrong:
                wrong += 1
                print(example.what, *example.wrong, sep="\n    ", flush=True)
        print(f"{tried} tried, {wrong} wrong (seed {options.seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
