"""One run against a plain Keras script of the same network: equal loss, and images per second.

    python benchmarks/peer_parity.py PEER.py --data MNIST [--epochs 3] [--limit N] [--threads T] [--pairs 3]

PEER.py and this project are run in turn, with as many images and epochs and the seeds 0, 1, 2, ...;
single_run.py says what a peer is and what is compared. Rates are medians of the epochs after the first.
Prints a row a pair, and a summary as JSON. throughput.py does it over other sizes, threads and precisions.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

from single_run import Peer, Project, Setting, train


def main() -> None:
    """Runs the pairs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", type=Path)
    parser.add_argument("--data", required=True, help="folder with MNIST's files")
    parser.add_argument(
        "--python", default=sys.executable, help="interpreter of the peer's environment (this)"
    )
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--limit", type=int, default=55_000, help="training images (55000)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--recipe", default="plain", help="option of the training group (plain)")
    args = parser.parse_args()
    pairs = []
    print("pair  peer: images/s  test loss   project: images/s  test loss   ratio of images/s")
    for seed in range(args.pairs):
        setting = Setting(threads=args.threads, epochs=args.epochs, limit=args.limit, seed=seed)
        peer = train(Peer(args.peer, args.python), setting)
        project = train(Project(args.data, recipe=args.recipe), setting)
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
