"""Many sweep processes on one study: `python -m tests.sweeps.many_writers --storage journal --processes 8`.

The same command is started so often at once, as in so many shells, on a journal, SQLite or PostgreSQL, in one
folder or each in a folder of its own, joined by the database alone. When all have ended, nothing may be lost
or stand there twice. Prints what a trial took, and what went wrong; exits 1 if something did.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.results.csv_file import read_cells
from sweeps.results.ledger import Ledger
from sweeps.study import attributes
from sweeps.study.folder import StudyFolder
from sweeps.study.storage import StorageLocation
from sweeps.study.trial import Cause
from sweeps.system import locks
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import command

SECONDS = 3600.0  # processes that take longer hang
NAME = "many"
SAMPLED = ("x=interval(0,1)", "hydra/sweeper/optuna_study/sampler=random")


@dataclass(frozen=True)
class Case:
    """What is started.

    Attributes:
        url: the storage's; None for a journal in the study's folder.
        folders: the study's folder of each process.
        trials: that are wanted.
        grid: whether they are a grid's, instead of sampled ones.
    """

    url: str | None
    folders: tuple[Path, ...]
    trials: int
    grid: bool

    def command(self, folder: Path) -> list[str]:
        """The command of the process in a folder."""
        space = (
            (f"x=range(0,{self.trials})",)
            if self.grid
            else (*SAMPLED, f"hydra.sweeper.n_trials={self.trials}")
        )
        storage = (f"hydra.sweeper.storage={self.url}",) if self.url is not None else ()
        return command(
            *space, *storage, "steps=1", f"hydra.sweeper.study_name={NAME}", f"hydra.sweep.dir={folder}"
        )

    def study(self) -> Study:
        """What came of it, as another process sees it."""
        url = self.url or str(self.folders[0] / "study.journal")
        return optuna.load_study(study_name=NAME, storage=StorageLocation(url).open())


@dataclass(frozen=True)
class Course:
    """How it went.

    Attributes:
        wrong: what went wrong, a line each.
        seconds: from the first trial's start to the last one's end.
        surplus: trials that were closed because another process had taken the last of the budget.
        shares: trials a process, the fewest first.
    """

    wrong: tuple[str, ...]
    seconds: float
    surplus: int
    shares: tuple[int, ...]


def run(case: Case) -> Course:
    """Starts all processes at once and waits for them."""
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(_started(case.command(folder), folder.parent)) for folder in case.folders
        ]
        end = time.monotonic() + SECONDS
        said = []
        for process in started:
            try:
                said.append(process.communicate(timeout=max(1.0, end - time.monotonic())))
            except subprocess.TimeoutExpired:
                process.kill()
                said.append(process.communicate())
    wrong = [
        f"process {number} ended with {process.returncode}: {stdout[-300:]} {stderr[-1000:]}"
        for number, (process, (stdout, stderr)) in enumerate(zip(started, said, strict=True))
        if process.returncode != 0 or stderr
    ]
    study = case.study()
    trials = study.get_trials(deepcopy=False)
    wrong += wrong_trials(trials, case)
    for folder in dict.fromkeys(case.folders):
        wrong += wrong_folder(study, StudyFolder(folder), trials, sole=len(set(case.folders)) == 1)
    ran = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    begun = [trial.datetime_start for trial in ran if trial.datetime_start]
    ended = [trial.datetime_complete for trial in ran if trial.datetime_complete]
    shares = Counter(trial.user_attrs.get(attributes.JOB, {}).get("pid") for trial in ran)
    return Course(
        tuple(wrong),
        (max(ended) - min(begun)).total_seconds() if ran else 0.0,
        sum(trial.state == TrialState.FAIL for trial in trials),
        tuple(sorted([*shares.values(), *[0] * (len(case.folders) - len(shares))])),
    )


@contextlib.contextmanager
def _started(words: list[str], where: Path) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=where, env=OUTSIDE, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def wrong_trials(trials: Sequence[FrozenTrial], case: Case) -> list[str]:
    """What is wrong with the study itself."""
    wrong = []
    if [trial.number for trial in trials] != list(range(len(trials))):
        wrong.append("the numbers have gaps")
    states = Counter(trial.state.name for trial in trials)
    if states.keys() - {"COMPLETE", "FAIL"}:
        wrong.append(f"trials are left open: {dict(states)}")
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if len(complete) != case.trials:
        wrong.append(f"{len(complete)} complete instead of {case.trials}")
    tried = Counter(trial.params.get("x") for trial in complete)
    wrong += [f"x={x} is there {number} times" for x, number in tried.items() if number > 1]
    if case.grid and tried.keys() != set(range(case.trials)):
        wrong.append("combinations are missing")
    wrong += [
        f"trial {trial.number} failed: {trial.user_attrs.get(attributes.REASON)}"
        for trial in trials
        if trial.state == TrialState.FAIL and trial.user_attrs.get(attributes.CAUSE) != Cause.SURPLUS
    ]
    wrong += [
        f"trial {trial.number} has {trial.intermediate_values} and {trial.values}"
        for trial in complete
        if list(trial.intermediate_values.values()) != trial.values
    ]
    places = Counter(
        (job["host"], job["folder"])
        for trial in trials
        if "folder" in (job := trial.user_attrs.get(attributes.JOB, {}))
    )
    return wrong + [f"the folder {place} is there {n} times" for place, n in places.items() if n > 1]


def wrong_folder(study: Study, folder: StudyFolder, trials: Sequence[FrozenTrial], sole: bool) -> list[str]:
    """What is wrong with what the sweep leaves in a folder.

    Args:
        sole: whether all trials ran in it.
    """
    wrong = []
    own = {
        job["folder"]
        for trial in trials
        if "folder" in (job := trial.user_attrs.get(attributes.JOB, {}))
        and (sole or job["host"].endswith(f":{folder.leases.resolve()}"))
    }
    there = {path.name for path in folder.path.iterdir() if path.is_dir() and path.name.isdigit()}
    if own != there:
        wrong.append(f"{folder.path}: folders of no trial or of none there: {sorted(own ^ there)[:9]}")
    before = _rows(folder)
    Ledger(study, folder).rebuild()
    if before != _rows(folder):
        wrong.append(f"{folder.path}: trials.csv is not what a rebuild gives ({len(before)} rows)")
    numbers = [int(dict(row)["trial"]) for row in before]
    complete = {trial.number for trial in trials if trial.state == TrialState.COMPLETE}
    if len(numbers) != len(set(numbers)) or set(numbers) != complete:
        wrong.append(f"{folder.path}: {len(numbers)} rows of {len(complete)} trials")
    held = [
        path.name
        for path in (folder.path / ".lock", folder.path / ".study.journal.lock")
        if locks.is_held(path)
    ]
    left = [path.name for path in folder.leases.iterdir()] if folder.leases.exists() else []
    if held or left:
        wrong.append(f"{folder.path}: still locked: {held + left}")
    return wrong


def _rows(folder: StudyFolder) -> list[tuple[tuple[str, str], ...]]:
    names, rows = read_cells(folder.trials)
    cells = [tuple(sorted((n, c) for n, c in zip(names, row, strict=True) if c)) for row in rows]
    return sorted(cells)


@contextlib.contextmanager
def cases(kind: str, root: Path, processes: int, trials: int, grid: bool) -> Iterator[list[tuple[str, Case]]]:
    """The cases of a kind of storage, each with a name."""
    one = (root / "one" / "s",) * processes
    several = tuple(root / f"own-{number}" / "s" for number in range(processes))
    for folder in {*one, *several}:
        folder.parent.mkdir(exist_ok=True)
    if kind == "journal":
        yield [("one folder", Case(None, one, trials, grid))]
    elif kind == "sqlite":
        yield [
            ("one folder", Case(f"sqlite:///{root}/one.db", one, trials, grid)),
            ("own folders", Case(f"sqlite:///{root}/own.db", several, trials, grid)),
        ]
    else:
        from tests.sweeps.postgresql import running_server, url_of

        with running_server() as server:
            found = []
            for name, folders in (("one", one), ("own", several)):
                server.execute(f"CREATE DATABASE {name}")
                found.append(
                    (
                        f"{name} folder{'s' * (name == 'own')}",
                        Case(url_of(server, name), folders, trials, grid),
                    )
                )
            yield found


def main() -> None:
    """Runs the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--storage", choices=("journal", "sqlite", "postgresql"), required=True)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--grid", action="store_true", help="of a grid, instead of sampled ones")
    args = parser.parse_args()
    failed = False
    with (
        tempfile.TemporaryDirectory() as name,
        cases(args.storage, Path(name), args.processes, args.trials, args.grid) as found,
    ):
        for what, case in found:
            course = run(case)
            failed = failed or bool(course.wrong)
            account = {
                "storage": args.storage,
                "folders": what,
                "processes": args.processes,
                "trials": args.trials,
                "seconds a trial": round(course.seconds / args.trials, 4),
                "surplus": course.surplus,
                "trials a process": course.shares,
                "wrong": course.wrong,
            }
            print(json.dumps(account, indent=2), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
