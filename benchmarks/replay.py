"""How soon does a search come to the best encoder? Stored curves, replayed on a virtual clock.

    python benchmarks/replay.py CURVES.csv [--orders 100] [--trials 30] [--workers 2] [--within 1.0]
        [--draw sampler|order] [--policies ours asha ...] [--override hydra.sweeper.pruner.min_resource=3 ...]

CURVES.csv is what `curves.py` writes of studies that ran every combination of `+sweep=encoder` to its end.
The decisions are the sweeper's own (virtual_study.py); policies are words of its command line:

- `batch`: a batch sweeper as Hydra's official one is: TPE, pairs that wait for the slower, nothing stopped;
- `ours`: the study as it stands in conf/sweep/encoder.yaml;
- `random`, `tpe`: these samplers, nothing stopped;
- `asha`: Optuna's SuccessiveHalvingPruner with its own defaults, which promotes none;
- `hyperband`: Optuna's HyperbandPruner with its defaults, nothing promoted;
- `median`: Optuna's MedianPruner, the median stopping rule of Vizier (Golovin et al. 2017, section 3.2).

In each of so many orders every policy gets the curves of one training seed, in turn. With `--draw sampler`
each draws by its own sampler, seeded by the order; with `--draw order` all try the same combinations in the
same random order. The best is the lowest final value of any combination with that seed. Printed are medians
with 95 % intervals (bootstrap over the orders): seconds until a trial ended within so many nats of the
best, how often none did, how many times sooner than `batch` in the same order, regret (the best value found
above the best) and its mean, the seconds of the study and the epochs trained.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from curves import Curve, of_order, read_curves
from hydra import compose, initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from omegaconf import DictConfig
from virtual_study import Finish, replay, replay_batches

from lstm_vae.config.schemas import register_schemas
from sweeps.settings import settings_from
from sweeps.space import Space, parse_space

HEADER = "policy: seconds to the best; none came; times sooner; regret, nats; mean; study, s; epochs"
CONF = Path(__file__).resolve().parent.parent / "conf"
SAMPLER, PRUNER = "hydra/sweeper/optuna_study/sampler", "hydra/sweeper/optuna_study/pruner"
# What a named study says of its own pruner means nothing to another.
PLAIN_PRUNER = ("~hydra.sweeper.pruner.min_resource", "~hydra.sweeper.pruner.reduction_factor")
HALVING = f"{PRUNER}=successive_halving"
POLICIES: dict[str, tuple[str, ...]] = {
    "ours": (),
    "random": (f"{SAMPLER}=random", f"{PRUNER}=none"),
    "tpe": (f"{PRUNER}=none",),
    "asha": (
        "hydra.sweeper.pruner.min_resource=auto",
        "hydra.sweeper.pruner.reduction_factor=4",
        "hydra.sweeper.promote=false",
    ),
    "hyperband": (
        f"{PRUNER}=hyperband",
        "hydra.sweeper.pruner.min_resource=1",
        "hydra.sweeper.promote=false",
    ),
    "median": (f"{PRUNER}=median", *PLAIN_PRUNER),
}


@dataclass(frozen=True)
class Search:
    """How one study went.

    Attributes:
        seconds_to: until a trial ended near enough to the best; infinite if none did.
        regret: the best value found above the best that there is, nats per image.
        seconds: of the study.
        epochs: trained.
    """

    seconds_to: float
    regret: float
    seconds: float
    epochs: int


def search_of(finishes: Sequence[Finish], best: float, within: float) -> Search:
    """What trials amount to.

    Args:
        best: the lowest final value of any combination, nats per image.
        within: so much above it is near enough.
    """
    values = [(own.seconds, own.value) for own in finishes if own.value is not None]
    return Search(
        min((seconds for seconds, value in values if value <= best + within), default=math.inf),
        min((value for _, value in values), default=math.inf) - best,
        max(own.seconds for own in finishes),
        sum(own.epochs for own in finishes),
    )


def configuration(words: Sequence[str]) -> DictConfig:
    """The configuration of `+sweep=encoder` with further words."""
    register_schemas()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", ["+sweep=encoder", *words], return_hydra_config=True)


def searches(
    policy: str,
    config: DictConfig,
    space: Space,
    curves: dict[str, dict[int, Curve]],
    args: argparse.Namespace,
) -> list[Search]:
    """A policy in all orders."""
    settings = settings_from(config)
    result = []
    for order in range(args.orders):
        own = of_order(curves, order)
        first: list[dict[str, Any]] = []
        if args.draw == "order":
            first = random.Random(order).sample(list(space.combinations()), args.trials)
        if policy == "batch":
            finishes = replay_batches(space, config, own, args.trials, args.workers, order, first)
        else:
            sampler = {**settings.sampler, "seed": order}
            finishes = replay(replace(settings, sampler=sampler), space, config, own, first)
        result.append(search_of(finishes, min(curve.last for curve in own.values()), args.within))
    return result


def interval(numbers: Sequence[float], of: Callable[[Any], float] = np.median) -> str:
    """A median with its 95 % interval, by the bootstrap."""
    values = np.asarray(numbers, dtype=float)
    draws = np.random.default_rng(0).choice(values, (2000, len(values)))
    spread = np.sort([of(draw) for draw in draws])
    low, high = spread[int(0.025 * len(spread))], spread[int(0.975 * len(spread)) - 1]
    return f"{of(values):.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Replays and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("curves", type=Path, help="CSV of curves.py")
    parser.add_argument("--orders", type=int, default=100, help="(100)")
    parser.add_argument("--trials", type=int, default=30, help="budget (30)")
    parser.add_argument("--workers", type=int, default=2, help="trials at a time (2)")
    parser.add_argument("--within", type=float, default=1.0, help="nats of the best (1)")
    parser.add_argument("--draw", choices=("sampler", "order"), default="sampler", help="who draws (sampler)")
    parser.add_argument("--policies", nargs="+", choices=POLICIES, default=list(POLICIES))
    parser.add_argument("--override", nargs="+", default=[], help="further words for `ours`")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    stored = read_curves(args.curves)
    curves = {f"encoder.hidden={hidden} encoder.fc={fc}": own for (hidden, fc), own in stored.items()}
    common = (f"hydra.sweeper.n_trials={args.trials}", f"hydra.sweeper.n_workers={args.workers}")
    plain = configuration(common)
    loader = ConfigLoaderImpl(ConfigSearchPathImpl())
    space = parse_space([], settings_from(plain).params, {}, None, loader)
    if set(curves) != {" ".join(space.overrides(values)) for values in space.combinations()}:
        sys.exit(f"{args.curves}: must have curves of every combination of +sweep=encoder, and of no other")
    batch = searches("batch", plain, space, curves, args)
    print(HEADER)
    for policy in ("batch", *args.policies):
        own = batch
        if policy != "batch":
            words = (*common, *POLICIES[policy], *(args.override if policy == "ours" else ()))
            own = searches(policy, configuration(words), space, curves, args)
        sooner = [
            math.inf if math.isinf(peer.seconds_to) else peer.seconds_to / one.seconds_to
            for peer, one in zip(batch, own, strict=True)
            if not (math.isinf(peer.seconds_to) and math.isinf(one.seconds_to))
        ]
        none = sum(math.isinf(one.seconds_to) for one in own)
        regrets = [one.regret for one in own]
        columns = (
            interval([one.seconds_to for one in own]),
            f"{none} of {len(own)}",
            interval(sooner) if sooner else "-",  # in no order one came to it
            interval(regrets),
            f"{np.mean(regrets):.2f}",
            interval([one.seconds for one in own]),
            interval([one.epochs for one in own]),
        )
        print(f"{policy}: {'; '.join(columns)}", flush=True)


if __name__ == "__main__":
    main()
