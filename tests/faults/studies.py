"""Studies that faults are tried on, and what must be true of one after a fault and the same command again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from sweeps.results import tables
from sweeps.results.leaderboard import leaderboard
from sweeps.results.ledger import Ledger
from sweeps.study import attributes
from sweeps.study.folder import StudyFolder
from sweeps.study.objective import MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import TrialView
from sweeps.system.atomic import PARTIAL
from tests.faults.commands import Ended

PROGRAMS = Path(__file__).parents[1] / "sweeps" / "program"
IMPORTS = (
    "sweeps.sweeper",
    "sweeps.workers.worker",
    "sweeps.results.leaderboard",
    "hydra_plugins.optuna_study.sweeper",
    "hydra._internal.core_plugins.basic_launcher",
    "filelock",
    "sqlalchemy",
)
PLAIN = ("hydra/sweeper=optuna_study", "hydra/job_logging=none", "hydra/hydra_logging=none")
NAMED = ("hydra.sweeper.study_name=s", "hydra.sweep.dir=results/s")


@dataclass(frozen=True)
class Scenario:
    """A sweep that faults are tried on.

    Attributes:
        program: its script.
        arguments: after `--multirun`.
        storage: of the study, below its folder, where that is a database.
        own: names of files that its jobs write: a fault at one is a job's failure, which is tried again after
            the trials that wait, and that may change who is promoted.
    """

    program: Path
    arguments: tuple[str, ...]
    storage: str | None = None
    own: tuple[str, ...] = ()


SCENARIOS = {
    "grid": Scenario(PROGRAMS / "app.py", ("x=0,1,2", "steps=2", *NAMED)),
    "sampled": Scenario(
        PROGRAMS / "app.py",
        (
            "x=interval(0,1)", "y=range(0,5)", "steps=2", *NAMED, "hydra.sweeper.n_trials=4",
            "hydra/sweeper/optuna_study/sampler=tpe", "hydra.sweeper.sampler.n_startup_trials=2",
            "hydra/sweeper/optuna_study/pruner=median", "hydra.sweeper.pruner.n_startup_trials=1",
        ),
    ),
    "replicates": Scenario(
        PROGRAMS / "app.py",
        ("x=0,1", "steps=1", *NAMED, "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=y"),
    ),
    "promoted": Scenario(
        PROGRAMS / "steps.py",
        (
            "+x=interval(1,9)", *PLAIN, *NAMED, "+events=/dev/null", "hydra.sweeper.n_trials=4",
            "hydra/sweeper/optuna_study/sampler=random", "hydra.sweeper.enqueue=[{x:1},{x:2},{x:3},{x:4}]",
            "hydra/sweeper/optuna_study/pruner=successive_halving", "hydra.sweeper.pruner.min_resource=1",
            "hydra.sweeper.pruner.reduction_factor=2", "hydra.sweeper.can_continue=true",
            "hydra.sweeper.retries=1",
        ),
        own=("state.json",),
    ),
    "recorded": Scenario(
        Path(__file__).parent / "program" / "recorded.py",
        ("+x=0,1", *PLAIN, *NAMED, "hydra.sweeper.objective=loss", "hydra.sweeper.retries=1"),
    ),
    "sqlite": Scenario(
        PROGRAMS / "app.py",
        ("x=0,1", "steps=1", *NAMED, "hydra.sweeper.storage=sqlite:///study.db"),
        "study.db",
    ),
}  # fmt: skip


def trials_in(root: Path, scenario: Scenario) -> list[FrozenTrial]:
    """The trials of the study below a folder; none where there is no study yet."""
    try:
        study = _study(root, scenario)
    except (KeyError, ValueError, FileNotFoundError):
        return []
    return study.get_trials(deepcopy=False)


def _study(root: Path, scenario: Scenario) -> optuna.Study:
    storage: Any
    if scenario.storage is not None:
        path = root / scenario.storage
        if not path.exists() or path.stat().st_size == 0:
            raise FileNotFoundError(path)
        storage = f"sqlite:///{path}"
    else:
        path = root / "results" / "s" / "study.journal"
        if not path.exists():
            raise FileNotFoundError(path)
        backend = JournalFileBackend(str(path))
        storage = optuna.storages.JournalStorage(backend)
    return optuna.load_study(study_name="s", storage=storage)


def outcome(trial: FrozenTrial) -> Any:
    """What a finished trial is, whatever its number."""
    return trial.params, trial.state.name, trial.values, trial.intermediate_values


def finished(trials: Sequence[FrozenTrial]) -> list[Any]:
    """What came of the trials that the budget counts or another goes on with, whatever their order."""
    ended = [trial for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    return sorted(map(outcome, ended), key=repr)


def texts(root: Path) -> dict[str, str]:
    """The files from which a study is gone on with, without what differs between two folders."""
    folder = root / "results" / "s"
    found = [folder / "spec.yaml", folder / "multirun.yaml", *sorted((folder / "conf").rglob("*.yaml"))]
    return {str(path.relative_to(folder)): path.read_text().replace(str(root), "ROOT") for path in found}


@dataclass(frozen=True)
class Known:
    """What a study that nothing befell comes to.

    Attributes:
        finished: of its trials, as `finished` gives them.
        texts: as `texts` gives them.
    """

    finished: list[Any]
    texts: dict[str, str]


class Before:
    """What the first command has done, and said that it has."""

    def __init__(self, root: Path, scenario: Scenario, first: Ended) -> None:
        trials = trials_in(root, scenario)
        self.any = bool(trials)
        self.job_failed = any(call.path.endswith(scenario.own) for call in first.hit)
        self.complete = {
            trial.number: outcome(trial) for trial in trials if trial.state == TrialState.COMPLETE
        }
        self.said = {
            int(number): float(value)
            for number, value in re.findall(r"^trial (\d+): ([-+.\de]+) \[", first.stdout, re.MULTILINE)
        }


def wrong_of_second(root: Path, scenario: Scenario, known: Known, before: Before, second: Ended) -> list[str]:
    """What is wrong about a study after a fault and the same command again."""
    wrong = []
    if second.hung:
        wrong.append("second: it hung")
    odd = [line for line in second.stderr.splitlines() if not line.startswith("note: ")]
    if second.code or odd:
        said = [line for line in second.stdout.splitlines() if re.match("stopped|ended|last", line)]
        wrong.append(f"second: exit code {second.code}, {odd[-3:]} {said}")
    try:
        study = _study(root, scenario)
    except (KeyError, ValueError, FileNotFoundError) as error:
        return [*wrong, f"no study: {error!r}"]
    trials = study.get_trials(deepcopy=False)
    after = {trial.number: outcome(trial) for trial in trials if trial.state == TrialState.COMPLETE}
    lost = {number for number, told in before.complete.items() if after.get(number) != told}
    lost |= {
        number
        for number, value in before.said.items()
        if number not in after or f"{after[number][2][0]:.6g}" != f"{value:.6g}"
    }
    if lost:
        wrong.append(f"LOST: trials {sorted(lost)} were COMPLETE")
    came, wanted = finished(trials), known.finished
    if before.job_failed:
        came, wanted = sorted({repr(told[0]) for told in came}), sorted({repr(told[0]) for told in wanted})
    if came != wanted:
        wrong.append(f"finished {came}, not {wanted}")
    now = tally(trials, MINIMIZED)
    if now.failed or now.running or now.waiting:
        wrong.append(f"{now.failed} failed, {now.running} running, {now.waiting} waiting")
    return [*wrong, *_wrong_folders(root, trials), *_wrong_files(root, study, known)]


def _wrong_folders(root: Path, trials: Sequence[FrozenTrial]) -> list[str]:
    folder = root / "results" / "s"
    wrong = []
    numbers = [trial.number for trial in trials]
    if numbers != list(range(len(trials))):
        wrong.append(f"numbers {numbers}")
    jobs = [
        (trial, trial.user_attrs[attributes.JOB]) for trial in trials if attributes.JOB in trial.user_attrs
    ]
    used = Counter(job["folder"] for _, job in jobs if "folder" in job)
    if any(number > 1 for number in used.values()):
        wrong.append(f"folders used twice: {used}")
    for trial, job in jobs:
        if trial.state not in (TrialState.COMPLETE, TrialState.PRUNED):
            continue
        for own in job.get("replicates") or [job["folder"]]:
            if trial.state == TrialState.PRUNED and not (folder / own).is_dir():
                continue  # a replicate that did not run
            config = yaml.safe_load((folder / own / ".hydra" / "config.yaml").read_text())
            other = {name: value for name, value in trial.params.items() if config[name] != value}
            if other:
                wrong.append(f"trial {trial.number}: its folder {own} was another's: {other}")
            record = folder / own / "record.json"
            if record.exists() and json.loads(record.read_text())["state"] != trial.state.name:
                wrong.append(f"trial {trial.number}: COMPLETE, and its record is not")
    for trial, job in jobs:
        record = folder / str(job.get("folder")) / "record.json"
        if trial.state == TrialState.FAIL and record.exists():
            state = json.loads(record.read_text())["state"]
            if state == "RUNNING":
                wrong.append(f"trial {trial.number}: FAIL, and its record says {state}")
        if held := TrialView(trial).resumes:
            stopped = trials[held.trial]
            known = {step: trial.intermediate_values.get(step) for step in stopped.intermediate_values}
            if stopped.intermediate_values != known:
                wrong.append(f"trial {trial.number}: another curve than that of {held.trial}")
    return wrong


def _wrong_files(root: Path, study: optuna.Study, known: Known) -> list[str]:
    folder = StudyFolder(root / "results" / "s")
    wrong = []
    try:
        if texts(root) != known.texts:
            other = {name for name, text in texts(root).items() if known.texts.get(name) != text}
            wrong.append(f"other texts: {other or known.texts.keys() - texts(root).keys()}")
    except OSError as error:
        wrong.append(f"a text is missing: {error}")
    table = folder.trials.read_text() if folder.trials.exists() else ""
    board = folder.leaderboard.read_text() if folder.leaderboard.exists() else ""
    Ledger(study, folder).rebuild()
    if table != folder.trials.read_text():
        wrong.append(f"trials.csv is not what it would be: {table!r}, {folder.trials.read_text()!r}")
    if board != tables.text_of(leaderboard(study, folder.path, rebuild=True)):
        wrong.append("leaderboard.csv is not what it would be")
    partial = [str(path.relative_to(root)) for path in root.rglob(f"{PARTIAL}*")]
    if partial:
        wrong.append(f"left over: {partial}")
    return wrong
