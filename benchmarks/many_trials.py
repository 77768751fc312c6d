"""What a trial costs in a study that holds many: milliseconds a trial of a job that does nothing.

    python benchmarks/many_trials.py [--sizes 0 1000 2000 5000 10000] [--trials 40] [--grid]
    python benchmarks/many_trials.py --whole 10000

A study is begun by a sweep, filled up with finished trials as that sweep leaves them (of a grid: its
combinations, in order), and gone on with by the same command. Beside it, Optuna alone does the same asks and
tells in a study filled likewise: what it takes itself for reading many trials is in both. With `--whole`, one
sweep runs all its trials, and each thousand's cost is printed. Prints JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState, create_trial

from sweeps.study import attributes
from sweeps.study.storage import StorageLocation

HERE = Path(__file__).parent
SAMPLED = ("x=interval(0,1)", "y=range(0,5)", "hydra/sweeper/optuna_study/sampler=random")
GRID = ("x=range(0,100)", "y=range(0,100)")
CHOICES = tuple(range(100))
BEGUN = 2  # trials that the first sweep runs
REPORTS = 5  # that a finished trial has made


def sweep(folder: Path, arguments: Sequence[str], trials: int) -> None:
    """Runs the sweep until its study has so many finished trials."""
    subprocess.run(
        [
            *(sys.executable, HERE / "trivial" / "app.py", "-m", "hydra/sweeper=optuna_study"),
            *("hydra.sweep.dir=out", f"reports={REPORTS}", f"hydra.sweeper.n_trials={trials}", *arguments),
        ],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def fill(storage: BaseStorage, study: optuna.Study, total: int) -> None:
    """Fills a study up with finished trials that differ from its last one as trials do."""
    trials = study.get_trials(deepcopy=False)
    model = next(trial for trial in reversed(trials) if trial.state == TrialState.COMPLETE)
    waiting_trials = [trial for trial in trials if trial.state == TrialState.WAITING]
    missing = total - sum(trial.state.is_finished() for trial in trials)
    for trial in waiting_trials[:missing]:
        _finish(storage, trial, model)
    if not waiting_trials:
        for number in range(len(trials), len(trials) + missing):
            storage.create_new_trial(study._study_id, template_trial=_like(model, number))


def _like(model: FrozenTrial, number: int) -> FrozenTrial:
    """A trial as a worker leaves one."""
    generator = random.Random(number)
    params = {
        name: generator.uniform(own.low, own.high)
        if isinstance(own, FloatDistribution)
        else generator.randrange(int(own.low), int(own.high) + 1)
        if isinstance(own, IntDistribution)
        else generator.choice(own.choices)  # type: ignore[attr-defined]
        for name, own in model.distributions.items()
    }
    value = generator.random()
    trial = create_trial(
        params=params,
        distributions=model.distributions,
        value=value,
        user_attrs=_attrs(model, number),
        intermediate_values={step: value + 1 / step for step in range(1, REPORTS + 1)},
    )
    assert trial.datetime_complete is not None
    trial.datetime_start = trial.datetime_complete - timedelta(milliseconds=1)
    return trial


def _attrs(model: FrozenTrial, number: int) -> dict[str, Any]:
    if attributes.JOB not in model.user_attrs:
        return dict(model.user_attrs)
    return {**model.user_attrs, attributes.JOB: {**model.user_attrs[attributes.JOB], "folder": str(number)}}


def _finish(storage: BaseStorage, trial: FrozenTrial, model: FrozenTrial) -> None:
    trial_id = trial._trial_id
    storage.set_trial_state_values(trial_id, TrialState.RUNNING)
    for name, own in model.distributions.items():
        value = trial.system_attrs["fixed_params"][name]
        storage.set_trial_param(trial_id, name, own.to_internal_repr(value), own)
    storage.set_trial_user_attr(trial_id, attributes.JOB, _attrs(model, trial.number)[attributes.JOB])
    storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [float(trial.number)])


def location(folder: Path, kind: str) -> StorageLocation:
    """Where a study of this benchmark is kept."""
    return StorageLocation(str(folder / "s.journal") if kind == "journal" else f"sqlite:///{folder}/s.db")


def last_ends(study: optuna.Study, trials: int) -> list[float]:
    """Milliseconds from one trial's end to the next, of the last ones to have ended."""
    ends = [t.datetime_complete.timestamp() for t in study.get_trials(deepcopy=False) if t.datetime_complete]
    return [1000 * (later - earlier) for earlier, later in itertools.pairwise(sorted(ends)[-trials:])]


def ours(kind: str, grid: bool, sizes: Sequence[int], trials: int) -> dict[int, float]:
    """Milliseconds a trial of a sweep, by the number of finished trials that its study held before."""
    costs = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = [*(GRID if grid else SAMPLED), f"hydra.sweeper.storage={location(folder, kind).url}"]
        sweep(folder, arguments, BEGUN)
        for size in sizes:
            storage = location(folder, kind).open()
            study = optuna.load_study(study_name=None, storage=storage)
            total = max(size, BEGUN)
            fill(storage, study, total)
            sweep(folder, arguments, total + trials)
            costs[size] = statistics.median(last_ends(study, trials))
            print(
                f"{size} trials: a sweep's next ones take {costs[size]:.1f} ms", file=sys.stderr, flush=True
            )
    return costs


def optuna_alone(kind: str, grid: bool, sizes: Sequence[int], trials: int) -> dict[int, float]:
    """The same asks, reports and tells by Optuna alone."""
    costs = {}
    with tempfile.TemporaryDirectory() as name:
        storage = location(Path(name), kind).open()
        sampler = optuna.samplers.RandomSampler(seed=0)
        study = optuna.create_study(storage=storage, sampler=sampler, pruner=optuna.pruners.NopPruner())
        if grid:
            for x, y in itertools.product(range(100), range(100)):
                study.enqueue_trial({"x": x, "y": y})
        _ask_and_tell(study, grid, BEGUN)
        for size in sizes:
            fill(storage, study, max(size, BEGUN))
            costs[size] = statistics.median(_ask_and_tell(study, grid, trials))
            print(f"{size} trials: Optuna's next ones take {costs[size]:.1f} ms", file=sys.stderr, flush=True)
    return costs


def _ask_and_tell(study: optuna.Study, grid: bool, trials: int) -> list[float]:
    took = []
    for _ in range(trials):
        started = time.perf_counter()
        trial = study.ask()
        if grid:
            value = float(trial.suggest_categorical("x", CHOICES) + trial.suggest_categorical("y", CHOICES))
        else:
            value = trial.suggest_float("x", 0, 1) + trial.suggest_int("y", 0, 4)
        # A worker says who it is and where its job's folder is.
        trial.set_user_attr(attributes.JOB, {"folder": str(trial.number), "pid": os.getpid()})
        for step in range(1, REPORTS + 1):
            trial.report(value + 1 / step, step)
            trial.should_prune()
        study.tell(trial, value)
        took.append(1000 * (time.perf_counter() - started))
    return took


def whole(kind: str, grid: bool, trials: int) -> dict[int, float]:
    """Milliseconds a trial of each thousand of a sweep that runs all its trials."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = [*(GRID if grid else SAMPLED), f"hydra.sweeper.storage={location(folder, kind).url}"]
        sweep(folder, arguments, trials)
        study = optuna.load_study(study_name=None, storage=location(folder, kind).open())
        took = last_ends(study, trials)
    return {start: statistics.median(took[start : start + 1000]) for start in range(0, trials - 1, 1000)}


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[0, 1000, 2000, 5000, 10000], help="trials that there are"
    )
    parser.add_argument("--trials", type=int, default=40, help="that are then run (40)")
    parser.add_argument("--grid", action="store_true", help="of a grid of 10,000, instead of random ones")
    parser.add_argument("--storage", choices=("journal", "sqlite"), default="journal")
    parser.add_argument("--whole", type=int, metavar="N", help="run N trials from the first to the last")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if args.whole is not None:
        costs = {"ours, by the first of each thousand": whole(args.storage, args.grid, args.whole)}
    else:
        costs = {
            "ours": ours(args.storage, args.grid, args.sizes, args.trials),
            "Optuna alone": optuna_alone(args.storage, args.grid, args.sizes, args.trials),
        }
    rounded_costs = {
        name: {size: round(cost, 1) for size, cost in costs_by_size.items()}
        for name, costs_by_size in costs.items()
    }
    print(json.dumps({"ms a trial": rounded_costs}, indent=2))


if __name__ == "__main__":
    main()
