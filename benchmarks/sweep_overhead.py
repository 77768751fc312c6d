"""What a sweep costs beside its jobs: seconds a trial of a job that does nothing.

    python benchmarks/sweep_overhead.py [--trials 100] [--rounds 3] [--long 1000]

This project's sweeper and a batch sweeper that works as Hydra's official one does (benchmarks/batch_sweeper)
are run in turn, under Hydra's basic launcher, with TPE; this project's also with 20 reports a trial and a
median pruner. Then one long study: what do trials about number 10 and the last ones cost, and how much of
that is Optuna's own (the same asks, reports and tells without Hydra)? Prints JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

HERE = Path(__file__).parent
SPACE = ("x=interval(0,1)", "y=range(0,5)")
OURS = ("hydra/sweeper=optuna_study", "hydra/sweeper/optuna_study/sampler=tpe", "hydra.sweep.dir=out")
MEDIAN = (
    "reports=20",
    "hydra/sweeper/optuna_study/pruner=median",
    "hydra.sweeper.pruner.n_startup_trials=100000",
)
BATCH = ("hydra/sweeper=batch_optuna", "hydra.sweep.dir=out", "hydra.sweeper.storage=out.journal")


def sweep(arguments: tuple[str, ...], trials: int) -> list[float]:
    """Runs a sweep; returns the times at which its trials ended, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join([str(HERE / "batch_sweeper"), os.environ.get("PYTHONPATH", "")])
        subprocess.run(
            [
                sys.executable,
                HERE / "trivial" / "app.py",
                "-m",
                *SPACE,
                *arguments,
                f"hydra.sweeper.n_trials={trials}",
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            check=True,
            capture_output=True,
        )
        journal = next(path for path in Path(folder).rglob("*.journal"))
        study = optuna.load_study(study_name=None, storage=JournalStorage(JournalFileBackend(str(journal))))
        return [trial.datetime_complete.timestamp() for trial in study.trials if trial.datetime_complete]


def optuna_alone(trials: int) -> list[float]:
    """The same asks, reports and tells by Optuna alone; returns the times at which trials ended."""
    with tempfile.TemporaryDirectory() as folder:
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(f"{folder}/alone.journal")),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=100000),
        )
        ends = []
        for number in range(trials):
            study.sampler = optuna.samplers.TPESampler(seed=number)
            trial = study.ask()
            value = (trial.suggest_float("x", 0, 1) - 0.3) ** 2 + trial.suggest_int("y", 0, 4)
            for step in range(1, 21):
                trial.report(value + 1 / step, step)
                trial.should_prune()
            study.tell(trial, value)
            ends.append(time.time())
        return ends


def a_trial(ends: list[float]) -> float:
    """Milliseconds a trial: the median of the times from one end to the next."""
    return 1000 * statistics.median(later - earlier for earlier, later in itertools.pairwise(ends))


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=100, help="of each sweep (100)")
    parser.add_argument("--rounds", type=int, default=3, help="of the sweeps in turn (3)")
    parser.add_argument("--long", type=int, default=1000, help="trials of the long study; 0 for none (1000)")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    rows = []
    for _ in range(args.rounds):
        row = {
            "batch": a_trial(sweep(BATCH, args.trials)),
            "ours": a_trial(sweep(OURS, args.trials)),
            "ours, 20 reports": a_trial(sweep((*OURS, *MEDIAN), args.trials)),
        }
        rows.append(row)
        print(", ".join(f"{name}: {value:.0f} ms" for name, value in row.items()), flush=True)
    summary: dict[str, object] = {
        "ms a trial": {name: round(statistics.median(row[name] for row in rows), 1) for name in rows[0]},
        "ratio to batch": {
            name: round(statistics.median(row[name] / row["batch"] for row in rows), 3) for name in rows[0]
        },
    }
    if args.long:
        summary["long study, ms a trial"] = {
            name: {
                "trials 5 to 25": round(a_trial(ends[5:26]), 1),
                "the last 20": round(a_trial(ends[-21:]), 1),
            }
            for name, ends in (
                ("ours", sweep((*OURS, *MEDIAN), args.long)),
                ("Optuna alone", optuna_alone(args.long)),
            )
        }
    print(json.dumps(summary, indent=2))


if __name__ == "__main__":
    main()
