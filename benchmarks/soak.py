"""Whether many trials of one worker leave anything behind: memory, handles, and time a trial.

    python benchmarks/soak.py [--trials 300] [--growth MIB]

Small networks one after another. When each has ended, the process that has trained it is looked at: its own
memory (pages that it has written and no other process maps), open files and sockets, threads. With `--growth`
the process is replaced when it has grown by so many MiB (`hydra.sweeper.renew_after_growth`); without it,
never. Linux only. Prints a line a tenth of the trials, and a summary as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from process_memory import descendants, unique_mb

TRAIN = (sys.executable, "-m", "lstm_vae.train", "--multirun", "hydra.sweep.dir=sweep")
SMALL = (
    "data=mnist_5k",
    "data.limit=256",
    "encoder.hidden=16",
    "encoder.fc=[8]",
    "decoder.filters=[8,4]",
    "training.epochs=1",
    "training.batch_size=64",
    "evaluation.nll_samples=4",
    "evaluation.nll_images=20",
    "figures.enabled=false",
    "training.threads=1",
)
TRAINING_MB = 200  # a process with less has not loaded TensorFlow


@dataclass(frozen=True)
class Look:
    """At the process that trains, when a trial has ended.

    Attributes:
        pid: of the process.
        memory: its own, MB.
        handles: open files and sockets.
        threads: of it.
        seconds: since the trial before had ended.
    """

    pid: int
    memory: float
    handles: int
    threads: int
    seconds: float


def soak(trials: int, growth: float | None) -> list[Look]:
    """Runs the sweep; a look a trial."""
    looks: list[Look] = []
    renew = f"hydra.sweeper.renew_after_growth={growth if growth is not None else 'null'}"
    with tempfile.TemporaryDirectory() as folder:
        words = [*TRAIN, *SMALL, f"training.seed=range(0,{trials})", renew]
        sweep = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)
        table = Path(folder) / "sweep" / "trials.csv"
        before = time.monotonic()
        while sweep.poll() is None:
            trials_ended = table.read_bytes().count(b"\n") - 1 if table.exists() else 0
            if trials_ended > len(looks) and (look := _look(sweep.pid, before)) is not None:
                before += look.seconds
                looks += [look] * (trials_ended - len(looks))
            time.sleep(0.05)
    if sweep.returncode:
        sys.exit("the sweep failed")
    return looks


def _look(sweep: int, before: float) -> Look | None:
    sizes = [(unique_mb(pid) or 0.0, pid) for pid in descendants(sweep)]
    memory, pid = max(sizes)
    if memory < TRAINING_MB:
        return None  # it has just been replaced
    try:
        process = psutil.Process(pid)
        return Look(pid, memory, process.num_fds(), process.num_threads(), time.monotonic() - before)
    except psutil.NoSuchProcess:
        return None


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300, help="small trials in one worker (300)")
    parser.add_argument("--growth", type=float, help="MiB after which its process is replaced (never)")
    args = parser.parse_args()
    looks = soak(args.trials, args.growth)
    tenth = max(1, len(looks) // 10)
    parts = [looks[start : start + tenth] for start in range(0, len(looks), tenth)]
    for index, part in enumerate(parts):
        print(
            f"trials {index * tenth} to {index * tenth + len(part) - 1}: "
            f"{statistics.median(look.memory for look in part):.0f} MB, at most "
            f"{max(look.memory for look in part):.0f}; {statistics.median(look.handles for look in part):g} "
            f"handles, {statistics.median(look.threads for look in part):g} threads, "
            f"{statistics.median(look.seconds for look in part):.2f} s a trial"
        )
    summary = {
        "trials": len(looks),
        "processes": len({look.pid for look in looks}),
        "most MB": round(max(look.memory for look in looks)),
        "handles, second and last tenth": [
            statistics.median(look.handles for look in part) for part in (parts[1], parts[9])
        ],
        "seconds a trial, second and last tenth": [
            round(statistics.median(look.seconds for look in part), 2) for part in (parts[1], parts[9])
        ],
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
