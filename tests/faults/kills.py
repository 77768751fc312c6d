"""Kills at random moments: `python -m tests.faults.kills --sweeps 100 --runs 30`.

A sweep, or a single run, is started as a user starts it; at a random moment its process group, its own
process or one of its workers is killed (SIGKILL), in some cases once more while it goes on. Then the same
command (or `training.resume`) must end as if nothing had happened. Prints how often each was tried, and what
went wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from sweeps.results import tables
from sweeps.results.leaderboard import leaderboard
from sweeps.results.ledger import Ledger
from sweeps.study import attributes
from sweeps.study.folder import StudyFolder
from sweeps.study.objective import MINIMIZED
from sweeps.study.tally import tally
from sweeps.system.atomic import PARTIAL
from tests.conftest import ROOT, SMALL
from tests.faults.killed_runs import kill_runs
from tests.faults.processes import ended, start
from tests.sweeps.conftest import study_in

APP = (str(ROOT / "tests" / "sweeps" / "program" / "app.py"), "--multirun", "hydra.sweep.dir=s")
MODEL = ("-m", "lstm_vae.train", "--multirun", *SMALL, "figures.enabled=false", "hydra.sweep.dir=s")
TWO = ("hydra/launcher=joblib", "hydra.sweeper.n_workers=2")
TARGETS = ("group", "parent", "worker", "start-up", "end")
# What loky's own child says when its parent is killed before it has told the child what to do.
ORPHANS = re.compile(
    r"-{80}\nLokyProcess-\d+ failed with traceback: \n-{80}\n.*?\nEOFError: .*?-{80}\n", re.DOTALL
)


@dataclass(frozen=True)
class Study:
    """A sweep that is killed.

    Attributes:
        words: of its command, after the interpreter.
        drawn: whether an undisturbed one has the same trials.
    """

    words: tuple[str, ...]
    drawn: bool


GRID = ("x=0,1,2,3,4,5", "seconds=0.03")
TPE = ("x=interval(0,1)", "y=range(0,5)", "hydra.sweeper.n_trials=6", "seconds=0.03")
RANDOM = (*TPE, "hydra/sweeper/optuna_study/sampler=random")
SUPERVISED = "hydra.sweeper.renew_after_trials=3"
TRIVIAL = {
    "grid": Study((*APP, *GRID), False),
    "grid, two workers": Study((*APP, *GRID, *TWO), False),
    "grid, two supervised workers": Study((*APP, *GRID, *TWO, SUPERVISED), False),
    "TPE": Study((*APP, *TPE), False),
    "TPE, two workers": Study((*APP, *TPE, *TWO), False),
    "random, supervised": Study((*APP, *RANDOM, SUPERVISED), True),
    "random": Study((*APP, *RANDOM), True),
}
REAL = {
    "grid of networks, two workers": Study((*MODEL, "encoder.fc=[8],[8,4],[4]", *TWO), False),
    "TPE over networks": Study(
        (*MODEL, "training.learning_rate=tag(log,interval(1e-3,1e-2))", "hydra.sweeper.n_trials=3"), False
    ),
}


def kill(process: subprocess.Popen[str], target: str, folder: StudyFolder, chance: random.Random) -> None:
    """Kills what is to be killed."""
    if target == "worker":
        pids = {pid for number in range(50) for pid in folder.processes_of(number)}
        if pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(sorted(pids)), signal.SIGKILL)
            return
    with contextlib.suppress(ProcessLookupError):
        if target == "parent":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def moment(target: str, whole: float, chance: random.Random) -> float:
    """Seconds after the start."""
    begin, end = {"start-up": (0.0, 0.4), "end": (0.8, 1.05)}.get(target, (0.2, 1.0))
    return whole * chance.uniform(begin, end)


def finished(folder: Path) -> list[Any]:
    """What the budget counts, without numbers."""
    done = (TrialState.COMPLETE, TrialState.PRUNED)
    return [(t.params, t.values) for t in study_in(folder).get_trials(deepcopy=False) if t.state in done]


def wrong_with(folder: Path, undisturbed: list[Any], drawn: bool, complete: dict[str, Any]) -> list[str]:
    """What is wrong with a study that has gone on to its end.

    Args:
        undisturbed: what a study that nothing befell has come to.
        drawn: whether this one must have come to the same.
        complete: values of trials that were COMPLETE after the kill, by their folders.
    """
    study = study_in(folder)
    trials = study.get_trials(deepcopy=False)
    wrong = []
    now = tally(trials, MINIMIZED)
    if now.failed or now.running or now.waiting:
        wrong.append(f"{now.failed} failed, {now.running} running, {now.waiting} waiting")
    if len(finished(folder)) != len(undisturbed):
        wrong.append(f"{len(finished(folder))} finished, not {len(undisturbed)}")
    key = repr
    if drawn and sorted(map(key, finished(folder))) != sorted(map(key, undisturbed)):
        wrong.append(f"finished {finished(folder)}, not {undisturbed}")
    if [trial.number for trial in trials] != list(range(len(trials))):
        wrong.append("numbers are missing")
    jobs = [trial.user_attrs.get(attributes.JOB, {}).get("folder") for trial in trials]
    used = Counter(job for job in jobs if job is not None)
    if any(number > 1 for number in used.values()):
        wrong.append(f"folders used twice: {used}")
    after = complete_in(folder)
    if lost := [own for own, values in complete.items() if after.get(own) != values]:
        wrong.append(f"LOST: {lost}")
    place = StudyFolder(folder)
    table, board = place.trials.read_text(), place.leaderboard.read_text()
    Ledger(study, place).rebuild()
    if sorted(table.splitlines()) != sorted(place.trials.read_text().splitlines()):
        wrong.append("trials.csv is not what a rebuild gives")
    if board != tables.text_of(leaderboard(study, folder, rebuild=True)):
        wrong.append("leaderboard.csv is not what a rebuild gives")
    if partial := list(folder.rglob(f"{PARTIAL}*")):
        wrong.append(f"left over: {partial}")
    return wrong


def complete_in(folder: Path) -> dict[str, Any]:
    """Values of COMPLETE trials by their folders; none where there is no study yet."""
    try:
        trials = study_in(folder).get_trials(deepcopy=False)
    except (KeyError, ValueError, OSError):
        return {}
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    return {trial.user_attrs[attributes.JOB]["folder"]: trial.values for trial in complete}


@dataclass
class Undisturbed:
    """What a study comes to when nothing befalls it, and how long that takes.

    Attributes:
        outcome: as `finished` has it.
        seconds: that it took.
    """

    outcome: list[Any]
    seconds: float


def undisturbed(study: Study, work: Path) -> Undisturbed:
    """Runs a study without a kill."""
    root = work / "undisturbed"
    root.mkdir()
    begun = time.monotonic()
    code = ended(start(study.words, root))
    assert code == 0, (root / "log").read_text()
    seconds = time.monotonic() - begun
    outcome = finished(root / "s")
    shutil.rmtree(root)
    return Undisturbed(outcome, seconds)


def tried(study: Study, known: Undisturbed, target: str, root: Path, chance: random.Random) -> list[str]:
    """Kills a study once or twice, lets it go on, and says what is wrong with it then."""
    folder = root / "s"
    for _ in range(chance.choice((1, 1, 2))):
        process = start(study.words, root)
        time.sleep(moment(target, known.seconds, chance))
        struck = process.poll() is None
        if struck:
            kill(process, target, StudyFolder(folder), chance)
        code = ended(process)
        if code is None:
            return ["it hung after the kill"]
        if struck and target == "worker" and code not in (0, -signal.SIGKILL):
            return [f"exit code {code} after the kill of a worker"]
    complete = complete_in(folder)
    process = start(study.words, root)
    code = ended(process)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if code != 0:
        return [f"the same command: exit code {code}: {(root / 'log').read_text()[-600:]}"]
    said = ORPHANS.sub("", (root / "log").read_text())
    if "Traceback" in said:
        return [f"a traceback: {said[-1500:]}"]
    return wrong_with(folder, known.outcome, study.drawn, complete)


def kill_sweeps(studies: dict[str, Study], times: int, chance: random.Random, work: Path) -> list[str]:
    """Kills sweeps of all kinds in turn; prints a line a kind of kill, and returns what went wrong."""
    known = {name: undisturbed(study, work) for name, study in studies.items()}
    tries: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    for number in range(times):
        name = list(studies)[number % len(studies)]
        target = chance.choice(TARGETS)
        root = work / f"try-{number}"
        root.mkdir()
        found = tried(studies[name], known[name], target, root, chance)
        tries[name, target] += 1
        if found:
            wrong.append(f"try {number}: {name}, {target}: {'; '.join(found)} ({root})")
            print(wrong[-1], flush=True)
        else:
            shutil.rmtree(root)
    for (name, target), count in sorted(tries.items()):
        print(f"{name}: {target}: {count} tried")
    print(f"{sum(tries.values())} kills of sweeps, {len(wrong)} wrong", flush=True)
    return wrong


def main() -> int:
    """Runs the campaigns that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", type=int, default=0, help="kills of sweeps of a trivial program")
    parser.add_argument("--networks", type=int, default=0, help="kills of sweeps of networks")
    parser.add_argument("--runs", type=int, default=0, help="kills of single runs")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    chance = random.Random(options.seed)
    campaigns: dict[str, tuple[int, Callable[[Path], list[str]]]] = {
        "sweeps": (options.sweeps, lambda work: kill_sweeps(TRIVIAL, options.sweeps, chance, work)),
        "networks": (options.networks, lambda work: kill_sweeps(REAL, options.networks, chance, work)),
        "runs": (options.runs, lambda work: kill_runs(options.runs, chance, work)),
    }
    wrong: list[str] = []
    root = Path(tempfile.mkdtemp(prefix="kills-"))
    for name, (times, campaign) in campaigns.items():
        if times:
            (root / name).mkdir()
            wrong += campaign(root / name)
    if not wrong:
        shutil.rmtree(root)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
