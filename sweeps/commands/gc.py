"""`python -m sweeps gc`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from sweeps import records
from sweeps.board import leaderboard
from sweeps.commands.arguments import subcommand, whole
from sweeps.console import say
from sweeps.errors import SweepError
from sweeps.finding import find_study

TEXT = """Frees disk: deletes the checkpoints of trials that are not among the best.

Records, histories, models and figures stay; a trial without checkpoints cannot be resumed.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    made = subcommand(subparsers, "gc", run, TEXT)
    made.add_argument("study", metavar="STUDY", help="the study's folder")
    made.add_argument("--keep", type=whole, default=5, metavar="K", help="the K best trials keep all (5)")
    made.add_argument("--yes", action="store_true", help="delete without asking")


def run(options: argparse.Namespace) -> int:
    """Runs it."""
    found = find_study(options.study)
    board = leaderboard(found.study, found.folder.path)
    kept = set() if board.empty else set(board.loc[board["rank"].notna(), "trial"].head(options.keep))
    victims: list[Path] = []
    for trial in found.study.get_trials(deepcopy=False):
        if not trial.state.is_finished() or trial.number in kept:
            continue
        for folder in records.folders_of(trial):
            path = found.folder.path / folder / "checkpoints"
            if path.is_dir() and path.resolve().is_relative_to(found.folder.path.resolve()):
                victims.append(path)
    size = sum(file.stat().st_size for path in victims for file in path.rglob("*") if file.is_file())
    if not victims:
        say("nothing to delete")
        return 0
    for path in victims:
        say(str(path.relative_to(found.folder.path)))
    say(f"{len(victims)} folders, {size / 2**20:.1f} MiB; the {options.keep} best trials keep theirs")
    if not options.yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise SweepError("gc: nobody to ask; --yes deletes without asking")
        if input("delete them? [y/N] ").strip().lower() not in ("y", "yes"):
            say("nothing deleted")
            return 1
    for path in victims:
        shutil.rmtree(path)
    say(f"deleted, {size / 2**20:.1f} MiB freed")
    return 0
