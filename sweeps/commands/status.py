"""`python -m sweeps status`."""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from optuna.trial import TrialState

from sweeps.commands.arguments import subcommand
from sweeps.study.finding import FoundStudy, find_study
from sweeps.study.objective import front, objectives_of
from sweeps.study.soundness import require_sound
from sweeps.study.tally import tally
from sweeps.study.view import StudyView
from sweeps.terminal.console import say
from sweeps.terminal.wording import shown_params, shown_seconds


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(
        subparsers, "status", run, "How a study stands: trials by state, best so far, time left."
    )
    parser.add_argument("study", metavar="STUDY", help="the study's folder")
    parser.add_argument(
        "--watch", nargs="?", type=float, const=5.0, metavar="SECONDS", help="again every so many seconds (5)"
    )


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    found_study = find_study(options.study)
    while True:
        show(found_study)
        if options.watch is None:
            return
        time.sleep(max(0.1, options.watch))
        say("")
        require_sound(found_study.study, found_study.folder.path)


def show(found_study: FoundStudy) -> None:
    """Prints how a study stands."""
    study = found_study.study
    trials = study.get_trials(deepcopy=False)
    objectives = objectives_of(study)
    now = tally(trials, objectives[0])
    say(f"study {study.study_name}")
    promotions = f"{now.promoted} promoted, " if now.promoted else ""
    say(
        f"  {now.complete} complete, {now.pruned} pruned, {now.failed} failed, {now.retried} tried again, "
        f"{promotions}{now.running} running, {now.waiting} waiting; "
        f"{shown_seconds(now.seconds)} of running"
    )
    if len(objectives) > 1:
        say(f"  Pareto front: {len(front(trials, objectives))} trials")
    elif now.best is not None:
        say(f"  best: {now.best.values[0]:.6g} (trial {now.best.number}) {shown_params(now.best.params)}")
    durations = [t.duration.total_seconds() for t in trials if t.state == TrialState.COMPLETE and t.duration]
    n_trials = StudyView(study).n_trials
    remaining = max(0, n_trials - now.finished) if n_trials is not None else now.waiting + now.running
    if durations and remaining:
        workers = max(1, now.running)
        seconds = shown_seconds(statistics.mean(durations) * remaining / workers)
        say(f"  {remaining} trials left: about {seconds} with {workers} at a time, if none is pruned")
