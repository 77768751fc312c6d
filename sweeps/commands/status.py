"""`python -m sweeps status`."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from typing import Any

from sweeps.commands.arguments import seconds, subcommand
from sweeps.study.finding import FoundStudy, find_study
from sweeps.study.objective import front, objectives_of
from sweeps.study.situation import Lookout
from sweeps.study.soundness import require_sound
from sweeps.study.tally import Tally
from sweeps.study.view import StudyView
from sweeps.terminal.console import say
from sweeps.terminal.situation_lines import far_of, told_params, value_of
from sweeps.terminal.watching import style_of
from sweeps.terminal.wording import shown_params, shown_seconds

LEAST = 0.1  # seconds between two looks


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(
        subparsers, "status", run, "How a study stands: trials by state, best so far, time left."
    )
    parser.add_argument("study", metavar="STUDY", help="the study's folder")
    parser.add_argument(
        "--watch",
        nargs="?",
        type=seconds,
        const=5.0,
        metavar="SECONDS",
        help="again every so many seconds (5)",
    )


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    found_study = find_study(options.study)
    lookout = _lookout(found_study)
    if options.watch is None:
        show(found_study, lookout)
    elif style_of("auto") == "rich":
        _show_live(found_study, lookout, max(LEAST, options.watch))
    else:
        while True:
            show(found_study, lookout)
            time.sleep(max(LEAST, options.watch))
            say("")
            require_sound(found_study.study, found_study.folder.path)


def _show_live(found_study: FoundStudy, lookout: Lookout, seconds: float) -> None:
    from sweeps.terminal.live_table import live_table  # rich: not for every command

    with live_table(found_study.study.study_name) as table:
        while True:
            table.show(lookout.look(datetime.now()))
            time.sleep(seconds)
            require_sound(found_study.study, found_study.folder.path)


def _lookout(found_study: FoundStudy) -> Lookout:
    n_trials = StudyView(found_study.study).n_trials

    def expected(now: Tally) -> int:
        return n_trials if n_trials is not None else now.finished + now.running + now.waiting

    return Lookout(
        lambda: found_study.study, found_study.folder, objectives_of(found_study.study)[0], expected
    )


def show(found_study: FoundStudy, lookout: Lookout) -> None:
    """Prints how a study stands."""
    study = found_study.study
    objectives = objectives_of(study)
    situation = lookout.look(datetime.now())
    now = situation.tally
    say(f"study {study.study_name}")
    promotions = f"{now.promoted} promoted, " if now.promoted else ""
    say(
        f"  {now.complete} complete, {now.pruned} pruned, {now.failed} failed, {now.retried} tried again, "
        f"{promotions}{now.running} running, {now.waiting} waiting; "
        f"{shown_seconds(now.seconds)} of running"
    )
    if len(objectives) > 1:
        say(f"  Pareto front: {len(front(now.trials, objectives))} trials")
    elif now.best is not None:
        say(f"  best: {now.best.values[0]:.6g} (trial {now.best.number}) {shown_params(now.best.params)}")
    for trial in situation.running:
        parts = filter(None, [far_of(trial), value_of(trial), shown_seconds(trial.seconds)])
        say(f"  running: trial {trial.number}: {', '.join(parts)} {told_params(trial)}")
    remaining = max(0, (situation.expected or 0) - now.finished)
    if remaining and situation.seconds_left is not None:
        trials = "1 trial" if remaining == 1 else f"{remaining} trials"
        seconds = situation.seconds_left
        left = f"about {shown_seconds(seconds)}" if seconds >= 1 else "a moment"
        say(f"  {trials} left: {left}, {max(1, now.running)} at a time")
