"""How much sooner could any rule that stops trials early come to a good encoder? A bound, by stored curves.

    python benchmarks/stopping_bound.py CURVES.csv [--orders 300] [--workers 2] [--within 1.0]

CURVES.csv is what `curves.py` writes. An oracle knows every network's last value: it stops each that is not
within so many nats of the best, after a given epoch, and trains the first that is to its end. Networks come
in random order, each once. Printed is the median of the seconds until then; `replay.py` says what a batch
sweeper takes on the same curves.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

from curves import Curve, of_order, read_curves

EPOCHS = (1, 2, 6, 9, 12)


def seconds_to(curves: Sequence[Curve], epoch: int, workers: int, within: float) -> float:
    """Until the first network within so many nats of the best has ended.

    Args:
        curves: in the order in which they are tried.
        epoch: after which the others are stopped.
    """
    best = min(curve.last for curve in curves)
    free = [0.0] * workers
    for curve in curves:
        worker = free.index(min(free))
        if curve.last <= best + within:
            return free[worker] + curve.ends[-1]
        free[worker] += curve.ends[epoch - 1]
    raise AssertionError("the best is among them")


def main() -> None:
    """Prints a line an epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("curves", type=Path, help="CSV of curves.py")
    parser.add_argument("--orders", type=int, default=300, help="(300)")
    parser.add_argument("--workers", type=int, default=2, help="trials at a time (2)")
    parser.add_argument("--within", type=float, default=1.0, help="nats of the best (1)")
    args = parser.parse_args()
    by_network = read_curves(args.curves)
    for epoch in EPOCHS:
        seconds = []
        for order in range(args.orders):
            curves = list(of_order(by_network, order).values())
            random.Random(order).shuffle(curves)
            seconds.append(seconds_to(curves, epoch, args.workers, args.within))
        print(f"stopped after epoch {epoch}: {statistics.median(seconds):.0f} s")


if __name__ == "__main__":
    main()
