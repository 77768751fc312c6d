"""`python -m sweeps best`."""

from __future__ import annotations

import argparse
from typing import Any

from sweeps.commands.arguments import subcommand, whole
from sweeps.errors import SweepError
from sweeps.plan.again import again
from sweeps.study.finding import find_study
from sweeps.study.objective import best_trials, front, objectives_of
from sweeps.study.view import StudyView
from sweeps.terminal.console import say


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subcommand(
        subparsers,
        "best",
        run,
        "The command that repeats the best trial, or any other; with replicates, one for each run.",
    )
    parser.add_argument("study", metavar="STUDY", help="the study's folder")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--top", type=whole, default=1, metavar="K", help="of the K best (1)")
    which.add_argument("--trial", type=int, metavar="NUMBER", help="of this trial")


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    found_study = find_study(options.study)
    study = found_study.study
    trials = study.get_trials(deepcopy=False)
    if options.trial is not None:
        if not 0 <= options.trial < len(trials):
            raise SweepError(f"--trial={options.trial}: the study has trials 0 to {len(trials) - 1}")
        chosen_trials = [trials[options.trial]]
    elif len(objectives := objectives_of(study)) > 1:
        chosen_trials = front(trials, objectives)
    else:
        chosen_trials = best_trials(study, options.top)
    if not chosen_trials:
        raise SweepError(f"{options.study}: no trial is complete yet")
    invocation = StudyView(study).program
    for trial in chosen_trials:
        values = " ".join(f"{value:.6g}" for value in trial.values or ())
        commands = again(invocation, trial)
        if commands is None:
            raise SweepError(f"--trial={trial.number}: has not run yet")
        runs = f", from {len(commands)} runs" if len(commands) > 1 else ""
        say(f"# trial {trial.number}: {values or trial.state.name}{runs}")
        for line in commands:
            say(line)
