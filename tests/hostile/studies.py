"""A real study, and the commands that read one that was sent."""

from __future__ import annotations

import dataclasses
import functools
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lstm_vae.run import record
from lstm_vae.run.record import Objective, Record
from sweeps.__main__ import main
from sweeps.errors import SweepError
from sweeps.plan.warm_starts import best_of_another, warm_starts
from sweeps.text import one_line
from tests.conftest import OUTSIDE
from tests.hostile.watching import Place, watched
from tests.sweeps.conftest import command
from tests.sweeps.parts import settings_of, space_of

FILES = ("spec.yaml", "study.journal", "trials.csv", "leaderboard.csv", "0/record.json", "0/trial.json")


def make_study(root: Path) -> Path:
    """The folder of a finished study with failed, pruned and replicated trials, records and checkpoints."""
    words = command(
        "x=0.1,0.3,1", "shape=round,wide", "trouble=raise", "trouble_at=1", "hydra.sweeper.replicates=2",
        "hydra.sweeper.seed_key=y", "hydra/sweeper/optuna_study/pruner=median",
        "hydra.sweeper.pruner.n_startup_trials=1",
    )  # fmt: skip
    subprocess.run(words, cwd=root, env=OUTSIDE, capture_output=True, check=False, timeout=300)
    (folder,) = (root / "results").iterdir()
    for job in {path.parent.parent for path in folder.rglob(".hydra/config.yaml")}:
        if "workers" in job.parts:
            continue
        account = Record(
            "COMPLETE", {"x": 1}, "f00", metrics={"val_loss": 1.5, "epochs": 3}, units={"val_loss": "nats"},
            objective=Objective(value=1.5), provenance={"data_name": "mnist", "seconds": 2.5, "cores": 2},
        )  # fmt: skip
        record.write(job / "record.json", account)
        (job / "checkpoints").mkdir(exist_ok=True)
        (job / "checkpoints" / "last").write_bytes(b"x" * 1000)
    for name in ("trial.json", "record.json"):
        own = next(path for path in sorted(folder.rglob(name)))
        if not (folder / "0" / name).exists():
            shutil.copy(own, folder / "0" / name)
    assert main(["leaderboard", str(folder), "--rebuild"]) == 0
    return folder


def commands(place: Place, clean: Path) -> dict[str, Callable[[], Any]]:
    """Every command that reads a study's folder, by name.

    Args:
        clean: a leaderboard to compare with.
    """
    sent = str(place.sent)
    out = place.sent.parent / "sent-export.csv"
    words = {
        "status": ["status", sent],
        "leaderboard": ["leaderboard", sent],
        "markdown": ["leaderboard", sent, "--format", "markdown", "--top", "3"],
        "csv": ["leaderboard", sent, "--format", "csv"],
        "json": ["leaderboard", sent, "--format", "json"],
        "sorted": ["leaderboard", sent, "--sort=-trial"],
        "rebuild": ["leaderboard", sent, "--rebuild"],
        "best": ["best", sent, "--top", "5"],
        "trial": ["best", sent, "--trial", "0"],
        "compare folder": ["compare", str(clean), sent],
        "compare board": ["compare", str(place.sent / "leaderboard.csv"), str(clean), "--format", "markdown"],
        "importance": ["importance", sent],
        "effects": ["effects", sent],
        "effects at a step": ["effects", sent, "--step", "1"],
        "export": ["export", sent, str(out)],
        "curves": ["export", sent, str(out), "--curves"],
        "list": ["list", sent],
        "gc": ["gc", sent, "--keep", "1", "--yes"],
    }
    result: dict[str, Callable[[], Any]] = {
        name: functools.partial(_run, arguments, out) for name, arguments in words.items()
    }
    return result | {"enqueue_best": functools.partial(_enqueue_best, place.sent / "study.journal")}


def _run(arguments: list[str], out: Path) -> int:
    try:
        return main(arguments)
    finally:
        out.unlink(missing_ok=True)


def _enqueue_best(journal: Path) -> int:
    settings, space = _asked()
    wanted = dataclasses.replace(settings, enqueue_best={"storage": str(journal), "k": 3})
    try:
        warm_starts(settings, space, best_of_another(wanted, space, journal.parent), grid=False)
    except SweepError as error:
        print(f"error: {one_line(error, 2000)}", file=sys.stderr)
        return 2
    return 0


@functools.cache
def _asked() -> tuple[Any, Any]:
    return settings_of("hydra.sweeper.enqueue_best={storage:x.journal}"), space_of(
        "x=0.1,0.3,1", "shape=round,wide"
    )


def wrongs(place: Place, clean: Path, names: tuple[str, ...] = ()) -> list[str]:
    """What commands did that they must not, a line each."""
    found = []
    for name, run in commands(place, clean).items():
        if names and name not in names:
            continue
        outcome = watched(place, run, exact=name == "csv")
        found += [f"{name}: {what}; stderr: {outcome.err[:300]!r}" for what in outcome.wrong]
    return found
