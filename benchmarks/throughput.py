"""Images per second of single runs, against peers of the same network, sizes and threads, in turn.

    python benchmarks/throughput.py KERAS.py TORCH.py --data MNIST [--peer-python PYTHON PYTHON] [--rounds 3]
        [--threads 1 2] [--hidden 64 128 256] [--batch 64 128 512] [--precision float32 mixed_bfloat16]
        [--limit 10000] [--epochs 3] [--workers] [--json FILE]

single_run.py says what a peer is. A cell is a number of threads, a size of the LSTM and one of the batch: the
default network on two threads with one of the three varied at a time; or, where --threads, --hidden or
--batch are given, all their combinations. In a cell, each of the rounds (seeds 0, 1, 2, ...) runs the peers
and then this project at each precision. A run's rate is the median of its epochs after the first, which is
slower on all sides; a ratio is the median over the rounds of this project's rate by the fastest peer's of the
same round.

Each round also measures the machine: the GFLOP/s of a 1024 x 1024 matrix product with as many threads. A
fraction is images/s times the training's arithmetic for an image (arithmetic.py) by this ceiling, that of
bfloat16 for mixed_bfloat16 and that of float32 for all others.

--workers adds two one-thread runs of this project at once against two runs of the first peer at once, with
the threads that it takes by default; a rate is the median of the epochs but the first and the last, for both
run during these; a figure is the sum of the two.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from arithmetic import ceiling, flop_per_image
from single_run import Peer, Program, Project, Result, Setting, train, train_at_once

AXES = {"threads": (2, 1), "hidden": (128, 64, 256), "batch": (128, 64, 512)}  # the default first
PRECISIONS = ("float32", "mixed_bfloat16")


def cells(args: argparse.Namespace) -> Iterator[Setting]:
    """What is to be run."""
    common = {"epochs": args.epochs, "limit": args.limit}
    default = {name: values[0] for name, values in AXES.items()}
    given_axes = {name: getattr(args, name) for name in AXES if getattr(args, name)}
    if given_axes:
        for values in itertools.product(*given_axes.values()):
            yield Setting(**{**default, **dict(zip(given_axes, values, strict=True)), **common})
        return
    yield Setting(**default, **common)
    for name, values in AXES.items():
        for value in values[1:]:
            yield Setting(**{**default, name: value, **common})


def ratios(rates: dict[str, list[float]], peers: Sequence[str]) -> dict[str, list[float]]:
    """Of each side that is no peer, the rate by the fastest peer's, round by round."""
    best = [max(values) for values in zip(*(rates[peer] for peer in peers), strict=True)]
    return {
        name: [round(rate / peer, 3) for rate, peer in zip(values, best, strict=True)]
        for name, values in rates.items()
        if name not in peers
    }


def in_turn(programs: Sequence[Program], rounds: int, run: Callable[[Program, int], list[Result]]) -> Any:
    """The results of every program, by its name and round."""
    results: dict[str, list[list[Result]]] = {program.name: [] for program in programs}
    for number in range(rounds):
        for program in programs:
            results[program.name].append(run(program, number))
    return results


def measure_cell(setting: Setting, programs: Sequence[Program], peers: Sequence[str], rounds: int) -> Any:
    """All rounds of a cell."""
    ceilings: list[dict[str, float]] = []

    def run(program: Program, number: int) -> list[Result]:
        if program is programs[0]:
            ceilings.append(ceiling(setting.threads))
        return [train(program, setting._replace(seed=number))]

    results = in_turn(programs, rounds, run)
    rates = {name: [one.images_per_second for (one,) in runs] for name, runs in results.items()}
    flop = flop_per_image(hidden=(setting.hidden,))
    fractions = {
        name: [
            round(rate * flop / 1e9 / top["bfloat16" if "bfloat16" in name else "float32"], 3)
            for rate, top in zip(values, ceilings, strict=True)
        ]
        for name, values in rates.items()
    }
    ratio = ratios(rates, peers)
    return {
        "cell": {"threads": setting.threads, "hidden": setting.hidden, "batch": setting.batch},
        "flop_per_image": flop,
        "ceiling_gflop_per_s": ceilings,
        "images_per_s": rates,
        "images_per_s_median": medians(rates),
        "ratio_to_fastest_peer": ratio,
        "ratio_to_fastest_peer_median": medians(ratio),
        "fraction_of_ceiling_median": medians(fractions),
        "test_loss": {name: [round(one.test_loss, 2) for (one,) in runs] for name, runs in results.items()},
        "epochs_images_per_s": {name: [one.rates for (one,) in runs] for name, runs in results.items()},
    }


def measure_workers(setting: Setting, peer: Peer, projects: Sequence[Project], rounds: int) -> Any:
    """Two runs at once, of the peer and of this project in turn."""

    def run(program: Program, number: int) -> list[Result]:
        threads = 0 if program is peer else 1
        both = [setting._replace(threads=threads, seed=2 * number + index) for index in range(2)]
        return train_at_once(program, both)

    results = in_turn([peer, *projects], rounds, run)
    totals = {name: [sum(one.middle for one in pair) for pair in runs] for name, runs in results.items()}
    ratio = ratios(totals, [peer.name])
    return {
        "total_images_per_s": totals,
        "total_images_per_s_median": medians(totals),
        "ratio_to_peer": ratio,
        "ratio_to_peer_median": medians(ratio),
        "epochs": setting.epochs,
        "epochs_images_per_s": {n: [[one.rates for one in pair] for pair in r] for n, r in results.items()},
    }


def medians(values: dict[str, list[float]]) -> dict[str, float]:
    """Of each name."""
    return {name: round(statistics.median(numbers), 3) for name, numbers in values.items()}


def show(cell: dict[str, Any]) -> None:
    """A row a side."""
    print(", ".join(f"{name} {value}" for name, value in cell["cell"].items()))
    for name, rate in cell["images_per_s_median"].items():
        ratio = cell["ratio_to_fastest_peer_median"].get(name)
        against = "" if ratio is None else f"{ratio:.2f} of the fastest peer"
        losses = cell["test_loss"][name]
        print(
            f"    {name:22} {rate:9,.0f} images/s   {against:24}   "
            f"{cell['fraction_of_ceiling_median'][name]:.3f} of the ceiling   "
            f"test loss {statistics.median(losses):.2f} ({min(losses):.2f} to {max(losses):.2f})",
            flush=True,
        )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peers", type=Path, nargs="+", help="programs; the first one is that of --workers")
    parser.add_argument("--data", required=True, help="folder with MNIST's files")
    parser.add_argument("--peer-python", nargs="+", help="interpreter of each peer, or one of all (this one)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=10_000, help="training images (10000)")
    parser.add_argument("--epochs", type=int, default=3, help="at least 2 (3)")
    for name, values in AXES.items():
        parser.add_argument(f"--{name}", type=int, nargs="+", help=f"default {values[0]}")
    parser.add_argument("--precision", nargs="+", default=PRECISIONS, choices=PRECISIONS)
    parser.add_argument("--workers", action="store_true", help="also two runs at once")
    parser.add_argument("--only-workers", action="store_true", help="two runs at once, no cells")
    parser.add_argument("--worker-epochs", type=int, default=6, help="of each of two runs at once (6)")
    parser.add_argument("--json", type=Path, help="file for all figures, written after each cell")
    args = parser.parse_args()
    pythons = args.peer_python or [sys.executable]
    args.peer_python = pythons * len(args.peers) if len(pythons) == 1 else pythons
    if len(args.peer_python) != len(args.peers):
        parser.error("--peer-python: one for each peer, or one")
    if args.epochs < 2 or args.worker_epochs < 3:
        parser.error("--epochs: at least 2; --worker-epochs: at least 3")
    return args


def main() -> None:
    """Runs the cells and prints."""
    args = arguments()
    peers = [Peer(path, python) for path, python in zip(args.peers, args.peer_python, strict=True)]
    projects = [Project(args.data, precision) for precision in args.precision]
    report: dict[str, Any] = {"rounds": args.rounds, "images": args.limit, "epochs": args.epochs, "cells": []}

    def save() -> None:
        if args.json:
            args.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")

    names = [peer.name for peer in peers]
    for setting in () if args.only_workers else cells(args):
        report["cells"].append(measure_cell(setting, [*peers, *projects], names, args.rounds))
        show(report["cells"][-1])
        save()
    if args.workers or args.only_workers:
        setting = Setting(epochs=args.worker_epochs, limit=args.limit)
        workers = report["workers"] = measure_workers(setting, peers[0], projects, args.rounds)
        print("two at once, images/s in all:", workers["total_images_per_s_median"])
        print(f"    by {names[0]}'s:", workers["ratio_to_peer_median"], flush=True)
        save()


if __name__ == "__main__":
    main()
