"""`python -m sweeps gc`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from sweeps.commands.arguments import subcommand, whole
from sweeps.errors import SweepError
from sweeps.results.leaderboard import leaderboard
from sweeps.study.continuation import needed_by_others
from sweeps.study.finding import find_study
from sweeps.study.folder import OWN_FILES
from sweeps.study.trial import TrialView
from sweeps.terminal.console import say

TEXT = """Frees disk: deletes the checkpoints of trials that are not among the best.

Records, histories, models and figures stay; a trial without checkpoints cannot be resumed. Those from which
a trial that was cut off will go on stay, too.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(subparsers, "gc", run, TEXT)
    parser.add_argument("study", metavar="STUDY", help="the study's folder")
    parser.add_argument("--keep", type=whole, default=5, metavar="K", help="the K best trials keep all (5)")
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def run(options: argparse.Namespace) -> int:
    """Runs it."""
    found_study = find_study(options.study)
    board = leaderboard(found_study.study, found_study.folder.path)
    best = set() if board.empty else set(board.loc[board["rank"].notna(), "trial"].head(options.keep))
    trials = found_study.study.get_trials(deepcopy=False)
    needed = needed_by_others(trials)
    spared_places, places = set(), []
    for trial in trials:
        if not trial.state.is_finished() or trial.number in best or trial.number in needed:
            spared_places |= {Path(folder) for folder in TrialView(trial).folders}
        else:
            places += [Path(folder) for folder in TrialView(trial).folders]
    victims = [
        found_study.folder.path / place / "checkpoints"
        for place in dict.fromkeys(places)
        if place not in spared_places and _is_own(found_study.folder.path, place / "checkpoints")
    ]
    size = sum(_size(path) for path in victims)
    if not victims:
        say("nothing to delete")
        return 0
    for path in victims:
        say(str(path.relative_to(found_study.folder.path)))
    say(f"{len(victims)} folders, {size / 2**20:.1f} MiB; the {options.keep} best trials keep theirs")
    if not options.yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise SweepError("gc: nobody to ask; --yes deletes without asking")
        if input("delete them? [y/N] ").strip().lower() not in ("y", "yes"):
            say("nothing deleted")
            return 1
    for path in victims:
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise SweepError(f"{error.filename or path}: cannot be deleted ({error.strerror})") from None
    say(f"deleted, {size / 2**20:.1f} MiB freed")
    return 0


def _is_own(root: Path, place: Path) -> bool:
    """Whether there is a folder at that place below a study's, and no link leads there: what a link leads to
    is another trial's, or nobody's of this study."""
    if place.parts[0] in OWN_FILES or ".." in place.parts or place.is_absolute():
        return False
    path = root
    for part in place.parts:
        path = path / part
        if path.is_symlink() or not path.is_dir():
            return False
    return True


def _size(folder: Path) -> int:
    """Bytes in the files of a folder and below it."""
    return sum(
        os.lstat(os.path.join(path, name)).st_size  # noqa: PTH118
        for path, _, names in os.walk(folder)
        for name in names
    )
