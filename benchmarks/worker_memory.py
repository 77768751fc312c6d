"""What a worker's memory is, how much a second one adds, and whether trials leave anything behind.

    python benchmarks/worker_memory.py [--data MNIST] [--limit N] [--trials 100]

First the default network on MNIST in sweeps of one and of two workers: the largest memory of each process
that trains. Then many small trials in one process: its memory when each has ended. Memory is a process's own
(pages that it has written and no other process maps), in MB. Linux only. Prints a table, and a summary as
JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from process_memory import descendants, unique_mb

TRAIN = (sys.executable, "-m", "lstm_vae.train", "--multirun", "hydra.sweep.dir=sweep")
FULL = ("training.epochs=1", "evaluation.nll_images=1000")
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
EVERY_SECONDS = 0.5
TRAINING_MB = 250  # a process with less has not loaded TensorFlow: the launcher, a resource tracker


def peaks(args: argparse.Namespace, workers: int) -> list[float]:
    """The largest memory of each training process of a sweep with so many workers and trials, MB."""
    seeds = ",".join(str(seed) for seed in range(workers))
    overrides = [f"training.seed={seeds}", "hydra/launcher=joblib", f"hydra.sweeper.n_workers={workers}"]
    overrides += [f"data.dir={args.data}"] if args.data else []
    overrides += [f"data.limit={args.limit}"] if args.limit else []
    overrides += ["figures.enabled=false"] if args.no_figures else []
    highest: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        sweep = subprocess.Popen([*TRAIN, *FULL, *overrides], cwd=folder, stdout=subprocess.DEVNULL)
        while sweep.poll() is None:
            for pid in descendants(sweep.pid):
                highest[pid] = max(highest.get(pid, 0.0), unique_mb(pid) or 0.0)
            time.sleep(EVERY_SECONDS)
    if sweep.returncode:
        sys.exit(f"the sweep with {workers} workers failed")
    return sorted(round(mb) for mb in highest.values() if mb > TRAINING_MB)


def by_trial(trials: int) -> list[float]:
    """Memory of the one worker of a sweep when each of its trials has ended, MB."""
    sizes: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        overrides = [f"training.seed=range(0,{trials})", "hydra/launcher=basic", "hydra.sweeper.n_workers=1"]
        sweep = subprocess.Popen([*TRAIN, *SMALL, *overrides], cwd=folder, stdout=subprocess.DEVNULL)
        table = Path(folder) / "sweep" / "trials.csv"
        while sweep.poll() is None:
            ended = table.read_bytes().count(b"\n") - 1 if table.exists() else 0
            if ended > len(sizes) and (size := unique_mb(sweep.pid)) is not None:
                sizes += [round(size, 1)] * (ended - len(sizes))
            time.sleep(0.05)
    if sweep.returncode:
        sys.exit("the sweep of small trials failed")
    return sizes


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with MNIST's files (where the program finds them)")
    parser.add_argument("--limit", type=int, help="training images of the first part (all)")
    parser.add_argument("--no-figures", action="store_true", help="draw none in the first part")
    parser.add_argument("--trials", type=int, default=100, help="small trials in one process (100)")
    args = parser.parse_args()
    summary: dict[str, object] = {}
    for workers in (1, 2):
        found = peaks(args, workers)
        print(f"{workers} workers: {', '.join(f'{mb:.0f} MB' for mb in found)}", flush=True)
        summary[f"{workers} workers, MB each"] = found
    sizes = by_trial(args.trials)
    for number in range(0, len(sizes), max(1, len(sizes) // 10)):
        print(f"after trial {number + 1}: {sizes[number]:.0f} MB")
    tenth = max(1, len(sizes) // 10)
    early, late = statistics.median(sizes[tenth : 2 * tenth]), statistics.median(sizes[-tenth:])
    summary |= {"trials": len(sizes), "second tenth, MB": early, "last tenth, MB": late}
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
