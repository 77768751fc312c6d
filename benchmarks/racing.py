"""What racing saves, and how often it changes the winner, by simulation.

    python benchmarks/racing.py [--races 1000] [--workers 2]

So many configurations have true means of a given spread, in standard deviations of what a seed does, and
run with so many seeds; the search before has put them in an order, by one noisy value each. Workers take
them in that order and run their seeds one after another, each run taking as long as any other; after each,
`loss_of` says whether the configuration is stopped: the sweeper's own decisions. Printed are how often the
winner is the one that all runs together would have named, the runs made, as a share of all, and how much
worse the winner's mean over all seeds is than the best (in standard deviations of what a seed does).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweeps.search.racing import RISK, loss_of

SIZES = ((3, 5), (5, 5), (8, 5), (5, 10))  # configurations, seeds
SPREADS = (0.0, 0.7, 1.5, 3.0)


@dataclass(frozen=True)
class Race:
    """How a race went.

    Attributes:
        winner: the configuration with the lowest mean of those that were not stopped.
        runs: that were made.
    """

    winner: int
    runs: int


def raced(values: NDArray[np.float64], order: Sequence[int], workers: int, risk: float = RISK) -> Race:
    """A race on a virtual clock.

    Args:
        values: [configurations, seeds]; less is better.
        order: in which configurations are taken.
        workers: that run one configuration each.
    """
    n = values.shape[1]
    costs: dict[int, dict[int, float]] = {}
    waiting, running, stopped = list(order), list[int](), set[int]()
    while waiting or running:
        while waiting and len(running) < workers:
            running.append(waiting.pop(0))
            costs[running[-1]] = {}
        for own in running.copy():
            costs[own][len(costs[own])] = float(values[own, len(costs[own])])
            if len(costs[own]) == n:
                running.remove(own)
            elif loss_of(own, costs, n, stopped, risk) is not None:
                running.remove(own)
                stopped.add(own)
    means = {own: float(values[own].mean()) for own in costs if own not in stopped}
    return Race(min(means, key=lambda own: means[own]), sum(map(len, costs.values())))


def drawn(
    rng: np.random.Generator, configurations: int, seeds: int, spread: float
) -> tuple[NDArray[np.float64], list[int]]:
    """Values of a race, and the order that a search gives the configurations."""
    means = rng.normal(0, spread, configurations)
    order = np.argsort(means + rng.normal(size=configurations))
    return means[:, None] + rng.normal(size=(configurations, seeds)), [int(own) for own in order]


def main() -> None:
    """Simulates and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--races", type=int, default=1000, help="of each kind (1000)")
    parser.add_argument("--workers", type=int, default=2, help="configurations at a time (2)")
    args = parser.parse_args()
    print("configurations; seeds; spread: same winner, %; runs, % of all; worse by")
    for configurations, seeds in SIZES:
        for spread in SPREADS:
            rng = np.random.default_rng(0)
            same, runs, worse = 0, 0, 0.0
            for _ in range(args.races):
                values, order = drawn(rng, configurations, seeds, spread)
                race = raced(values, order, args.workers)
                means = values.mean(axis=1)
                same += race.winner == int(means.argmin())
                runs += race.runs
                worse += float(means[race.winner] - means.min())
            share = 100 * runs / args.races / configurations / seeds
            print(
                f"{configurations}; {seeds}; {spread}: {100 * same / args.races:.1f}; {share:.0f}; "
                f"{worse / args.races:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
