"""One run against a plain Keras script of the same network: equal loss, and images per second.

    python benchmarks/peer_parity.py PEER.py --data MNIST [--epochs 3] [--limit N] [--threads T] [--pairs 3]

PEER.py takes --encoder lstm --epochs --limit --threads --seed, and prints a JSON line an epoch with
train_samples_per_s and test_loss (nats per image). It and this project are run in turn, with the recipe
`training=plain` (Adam at a constant 1e-3), as many images and epochs, and the seeds 0, 1, 2, ... Both leave
compilation and tracing out of their times. Prints a row a pair, and a summary as JSON.

The images are not quite the same: the peer takes the first of MNIST's training set, this project the first of
its own training split, which leaves out 5,000 validation images. Both are tested on the 10,000 test images.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple


class Result(NamedTuple):
    """Of one training: median over its epochs, and the last epoch's loss (nats per image)."""

    images_per_second: float
    test_loss: float


def run_peer(args: argparse.Namespace, seed: int) -> Result:
    """The peer, in its own process."""
    command = [args.python or sys.executable, str(args.peer), "--encoder", "lstm", "--seed", str(seed)]
    command += ["--epochs", str(args.epochs), "--limit", str(args.limit), "--threads", str(args.threads)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    epochs = [json.loads(line) for line in lines if line.startswith("{")]
    speeds = [epoch["train_samples_per_s"] for epoch in epochs]
    return Result(statistics.median(speeds), epochs[-1]["test_loss"])


def run_project(args: argparse.Namespace, seed: int) -> Result:
    """This project's command, in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        overrides = {
            "training": args.recipe,
            "data.dir": args.data,
            "data.limit": args.limit,
            "training.epochs": args.epochs,
            "training.threads": args.threads,
            "training.seed": seed,
            "training.progress": "none",
            "evaluation.nll_samples": 0,
            "figures.enabled": "false",
            "hydra.run.dir": run,
        }
        command = [sys.executable, "-m", "lstm_vae.train", *(f"{k}={v}" for k, v in overrides.items())]
        subprocess.run(command, check=True, capture_output=True)
        lines = (run / "history.csv").read_text(encoding="utf-8").splitlines()
        speeds = [float(line.rsplit(",", 1)[1]) for line in lines[1:]]
        metrics = json.loads((run / "record.json").read_text(encoding="utf-8"))["metrics"]
        return Result(statistics.median(speeds), metrics["test_loss"])


def main() -> None:
    """Runs the pairs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", type=Path)
    parser.add_argument("--data", required=True, help="folder with MNIST's files")
    parser.add_argument("--python", help="interpreter of the peer's environment (this one)")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--limit", type=int, default=55_000, help="training images (55000)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--recipe", default="plain", help="option of the training group (plain)")
    args = parser.parse_args()
    pairs = []
    print("pair  peer: images/s  test loss   project: images/s  test loss   ratio of images/s")
    for seed in range(args.pairs):
        peer, project = run_peer(args, seed), run_project(args, seed)
        pairs.append((peer, project))
        print(
            f"{seed:4} {peer.images_per_second:15,.0f} {peer.test_loss:10.2f} "
            f"{project.images_per_second:19,.0f} {project.test_loss:10.2f} "
            f"{project.images_per_second / peer.images_per_second:19.2f}",
            flush=True,
        )
    ratios = [project.images_per_second / peer.images_per_second for peer, project in pairs]
    summary = {
        "ratio_images_per_second_median": round(statistics.median(ratios), 3),
        "peer_test_loss": [peer.test_loss for peer, _ in pairs],
        "project_test_loss": [round(project.test_loss, 3) for _, project in pairs],
        "epochs": args.epochs,
        "images": args.limit,
        "threads": args.threads,
        "recipe": args.recipe,
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
