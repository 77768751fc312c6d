"""Ctrl-C and SIGTERM at random moments: `python -m tests.faults.signals --times 50 --load 4`.

As a terminal does it, SIGINT goes to the whole process group; SIGTERM goes to the sweep's own process, as
from `kill` or Slurm. The sweep must end by itself, with no trial RUNNING, and the same command must go on to
the end. Prints how long the sweeps took to end.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import optuna
from optuna.trial import TrialState

from tests.faults.kills import APP, GRID, SUPERVISED, TWO
from tests.faults.processes import ended, start
from tests.sweeps.conftest import study_in

KINDS = {
    "basic": (),
    "joblib": TWO,
    "basic, supervised": (SUPERVISED,),
    "joblib, supervised": (*TWO, SUPERVISED),
}
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def stopped(kind: str, signum: signal.Signals, after: float, root: Path) -> tuple[float, list[str]]:
    """Stops a sweep so many seconds after its first trial has begun, and goes on with it.

    Returns:
        the seconds that it took to end, and what was wrong.
    """
    events = root / "events"
    words = [*APP, *GRID[:1], "seconds=0.5", f"events={events}", *KINDS[kind]]
    process = start(words, root)
    while not events.exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(after)
    begun = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        if signum == signal.SIGINT:
            os.killpg(process.pid, signum)
        else:
            process.send_signal(signum)
    code = ended(process)
    seconds = time.monotonic() - begun
    wrong = []
    if code not in (CODES[signum], 0):
        wrong.append(f"exit code {code}")
    said = (root / "log").read_text()
    if "Traceback" in said:
        wrong.append(f"a traceback: {said[-1500:]}")
    trials = study_in(root / "s").get_trials(deepcopy=False)
    if any(trial.state == TrialState.RUNNING for trial in trials):
        wrong.append("a trial is RUNNING")
    again = [*APP, *GRID[:1], "seconds=0", f"events={events}", *KINDS[kind]]
    if code := ended(start(again, root)):
        wrong.append(f"the same command: exit code {code}")
    done = [t.params["x"] for t in study_in(root / "s").get_trials() if t.state == TrialState.COMPLETE]
    if sorted(done) != [0, 1, 2, 3, 4, 5]:
        wrong.append(f"finished {sorted(done)}")
    return seconds, wrong


def campaign(times: int, chance: random.Random, work: Path) -> list[str]:
    """Stops sweeps of all kinds in turn; prints a line a kind, and returns what went wrong."""
    took: dict[str, list[float]] = {}
    failures = []
    for number in range(times):
        kind = list(KINDS)[number % len(KINDS)]
        signum = chance.choice(list(CODES))
        root = work / f"try-{number}"
        root.mkdir()
        seconds, wrong = stopped(kind, signum, chance.uniform(0, 4), root)
        took.setdefault(f"{kind}, {signum.name}", []).append(seconds)
        if wrong:
            failures.append(f"try {number}: {kind}, {signum.name}: {'; '.join(wrong)} ({root})")
            print(failures[-1], flush=True)
        else:
            shutil.rmtree(root)
    for what, seconds_of in sorted(took.items()):
        middle, most = statistics.median(seconds_of), max(seconds_of)
        print(f"{what}: {len(seconds_of)} tried, ended within {middle:.1f} s (median), {most:.1f} s (most)")
    print(f"{times} signals, {len(failures)} wrong", flush=True)
    return failures


def main() -> int:
    """Runs the campaign that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--load", type=int, default=0, help="processes that only compute, beside it")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.load)]
    root = Path(tempfile.mkdtemp(prefix="signals-"))
    try:
        wrong = campaign(options.times, random.Random(options.seed), root)
    finally:
        for process in load:
            process.kill()
    if not wrong:
        shutil.rmtree(root)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
