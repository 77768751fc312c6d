"""`python -m sweeps list`."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.commands.arguments import subcommand
from sweeps.commands.terminal import frame_lines
from sweeps.errors import SweepError
from sweeps.results import records
from sweeps.results.csv_file import cell
from sweeps.results.leaderboard import study_header
from sweeps.study.finding import find_study, studies_below
from sweeps.study.objective import front
from sweeps.study.tally import tally
from sweeps.study.trial import TrialView
from sweeps.terminal.console import say
from sweeps.terminal.wording import shown_seconds


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "list", run, "All studies below a folder.")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="where to look (here)")


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    root = Path(options.folder)
    if not root.is_dir():
        raise SweepError(f"{root}: no such folder")
    rows: list[dict[str, Any]] = []
    for folder in studies_below(root):
        relative_path = cell(os.path.relpath(folder.path, root))
        try:
            found_study = find_study(folder.path)
        except SweepError as error:
            rows.append({"study": relative_path, "objective": f"unreadable: {error}"})
            continue
        study = found_study.study
        trials = study.get_trials(deepcopy=False)
        header = study_header(study, folder.path)
        now = tally(trials, header.objectives[0])
        several = len(header.objectives) > 1
        best = f"front of {len(front(trials, header.objectives))}" if several else None
        if not several and now.best is not None:
            best = f"{now.best.values[0]:.5g}"
        times = [
            time for t in trials for time in (t.datetime_complete or t.datetime_start,) if time is not None
        ]
        age = shown_seconds((datetime.now() - max(times)).total_seconds()) if times else None
        data = None
        for own in (own for trial in trials for own in TrialView(trial).folders[:1]):
            data = cell(records.flat(records.read(folder.path / own), "provenance").get("data_name"))
            break
        rows.append(
            {
                "study": relative_path,
                "objective": cell(header.objective),
                "best": best,
                "done": now.complete,
                "pruned": now.pruned,
                "failed": now.failed,
                "open": now.running + now.waiting,
                "data": data or None,
                "age": age,
            }
        )
    if not rows:
        say(f"no study below {root}")
        return
    frame = pd.DataFrame(rows)
    # Last and whole: it is what further commands take.
    frame = frame[[name for name in frame.columns if name != "study"] + ["study"]]
    for line in frame_lines(frame, whole="study"):
        say(line)
