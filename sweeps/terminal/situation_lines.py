"""What runs, how far it is and what is left, in words for people."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.study.situation import Running, Situation
from sweeps.study.tally import Tally
from sweeps.terminal.wording import brief_params, shown_seconds
from sweeps.text import shown

NAMED = 4  # trials that a line names


def running_line(situation: Situation) -> str:
    """What runs, in a line."""
    named = [_named(trial) for trial in situation.running[:NAMED]]
    if (more := len(situation.running) - NAMED) > 0:
        named.append(f"{more} more")
    return f"running: {', '.join(named)}; {counts(situation)}"


def _named(trial: Running) -> str:
    far = far_of(trial)
    parts = filter(None, [far or shown_seconds(trial.seconds), value_of(trial)])
    return f"trial {trial.number} ({', '.join(parts)})"


def counts(situation: Situation) -> str:
    """How many are done, and how long the others will take."""
    tally = situation.tally
    failed = f", {tally.failed} failed" if tally.failed else ""
    left = f", about {shown_seconds(situation.seconds_left)} left" if situation.seconds_left else ""
    return f"{done_of(tally, situation.expected)}{failed}{left}"


def done_of(tally: Tally, expected: int | None) -> str:
    """How many are done, of how many there are to be."""
    return f"{tally.finished}{f'/{expected}' if expected is not None else ''} done"


def value_of(trial: Running) -> str:
    """The last value that a trial has reported; empty before it has."""
    return f"{trial.value:.6g}" if trial.value is not None else ""


def far_of(trial: Running) -> str:
    """How far a trial has come, as it says itself or by its last report; empty where nothing says."""
    if trial.done is not None and trial.of is not None:
        return f"{int(trial.done)}/{trial.of:g}"
    return f"step {trial.step}" if trial.step is not None else ""


def told_params(trial: Running) -> str:
    """What a trial tries."""
    resumed = f"resumes {trial.resumes}: " if trial.resumes is not None else ""
    return resumed + shown(brief_params(trial.params))


def best_of(tally: Tally) -> str:
    """The best trial so far; empty where there is none."""
    return f"best {tally.best.values[0]:.6g} (trial {tally.best.number})" if tally.best is not None else ""


def machines_of(trials: Sequence[Running]) -> set[str]:
    """Where trials run."""
    return {trial.machine for trial in trials if trial.machine is not None}
