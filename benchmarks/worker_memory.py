"""What a worker's memory is, and how much a second one adds.

    python benchmarks/worker_memory.py [--data MNIST] [--limit N]

The default network on MNIST in sweeps of one and of two workers: the largest memory of each process that
trains. Memory is a process's own (pages that it has written and no other process maps), in MB. Linux only.
Prints a table, and a summary as JSON. What many trials leave behind, `soak.py` measures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time

from process_memory import descendants, unique_mb

TRAIN = (sys.executable, "-m", "lstm_vae.train", "--multirun", "hydra.sweep.dir=sweep")
FULL = ("training.epochs=1", "evaluation.nll_images=1000")
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


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with MNIST's files (where the program finds them)")
    parser.add_argument("--limit", type=int, help="training images of the first part (all)")
    parser.add_argument("--no-figures", action="store_true", help="draw none in the first part")
    args = parser.parse_args()
    summary: dict[str, object] = {}
    for workers in (1, 2):
        peak_sizes = peaks(args, workers)
        print(f"{workers} workers: {', '.join(f'{mb:.0f} MB' for mb in peak_sizes)}", flush=True)
        summary[f"{workers} workers, MB each"] = peak_sizes
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
