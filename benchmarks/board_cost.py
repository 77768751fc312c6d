"""What looking at a study costs: seconds and memory of a fresh process, by the number of trials.

    python benchmarks/board_cost.py [--trials 100 1000 10000]

Makes synthetic studies (20 intermediate values and 3 replicates a trial) in a journal, runs `status`,
`leaderboard` and `compare` of `python -m sweeps` on each, and appends rows to `trials.csv`. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from sweeps.results.ledger import Ledger
from sweeps.study.folder import StudyFolder


class Unsynced(JournalFileBackend):
    """Optuna's journal without a flush to the disk for each line, to make big studies quickly."""

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        with Path(self._file_path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)


def make_study(folder: Path, trials: int) -> optuna.Study:
    """A synthetic study."""
    folder.mkdir()
    (folder / "workers").mkdir()
    (folder / "spec.yaml").write_text(yaml.safe_dump({"study": "s", "storage": "study.journal"}))
    study = optuna.create_study(
        study_name="s", storage=JournalStorage(Unsynced(str(folder / "study.journal")))
    )
    draw = random.Random(0)
    sizes = ("[64]", "[128]", "[256,128]")
    for _ in range(trials):
        values = [150 + draw.gauss(0, 1) for _ in range(3)]
        study.add_trial(
            optuna.trial.create_trial(
                params={"encoder.hidden": draw.choice(sizes), "rate": draw.uniform(0, 1)},
                distributions={
                    "encoder.hidden": CategoricalDistribution(sizes),
                    "rate": FloatDistribution(0, 1),
                },
                value=statistics.mean(values),
                intermediate_values={step: values[0] + 10 / step for step in range(1, 21)},
                user_attrs={"sweeps:replicates": values, "sweeps:job": {"folder": "none", "overrides": []}},
            )
        )
    return study


def timed(*arguments: str) -> dict[str, float]:
    """Seconds and peak memory of `python -m sweeps ...`."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "sweeps", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"python -m sweeps {' '.join(arguments)} failed")
    return {"seconds": round(time.perf_counter() - started, 2), "MB": round(usage.ru_maxrss / 1024)}


def append_milliseconds(study: optuna.Study, folder: Path) -> float:
    """Median milliseconds of a further row in `trials.csv`."""
    ledger = Ledger(study, StudyFolder(folder))
    trial = study.get_trials(deepcopy=False)[0]
    times = []
    for _ in range(50):
        started = time.perf_counter()
        ledger.enter(trial)
        times.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(times), 3)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 1000, 10000])
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as root:
        for trials in args.trials:
            folder = Path(root) / str(trials)
            study = make_study(folder, trials)
            path = str(folder)
            row: dict[str, Any] = {"status": timed("status", path), "leaderboard": timed("leaderboard", path)}
            board = folder / "leaderboard.csv"
            other = folder / "other.csv"
            other.write_bytes(board.read_bytes())
            row["compare"] = timed("compare", str(board), str(other))
            Ledger(study, StudyFolder(folder)).rebuild()
            row["append, ms"] = append_milliseconds(study, folder)
            result[f"{trials} trials"] = row
            print(f"{trials} trials: {row}", flush=True)
    print(json.dumps(result, indent=2))
    print(
        f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
