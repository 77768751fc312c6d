"""A table of what a sweep's workers do, at the foot of a terminal; what is printed appears above it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sweeps.study.situation import Situation
from sweeps.terminal.situation_lines import best_of, counts, far_of, machines_of, told_params, value_of
from sweeps.terminal.wording import shown_seconds
from sweeps.text import shown

BAR = 12  # columns


class LiveTable:
    """A table that is drawn anew at each look."""

    def __init__(self, live: Live, name: str) -> None:
        self._live, self._name = live, name

    def show(self, situation: Situation) -> None:
        """Draws it."""
        self._live.update(rendered(self._name, situation), refresh=True)


@contextmanager
def live_table(name: str) -> Iterator[LiveTable]:
    """Within it, a study's table stands at the foot of the terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # nothing ends for a letter that it has not
    console = Console(highlight=False)
    own_errors = sys.stderr is not None and sys.stderr.isatty()  # else they go where they are sent
    with Live(console=console, auto_refresh=False, transient=True, redirect_stderr=own_errors) as live:
        yield LiveTable(live, name)


def rendered(name: str, situation: Situation) -> RenderableType:
    """A study at a moment: a line on all of it, and one for each trial that runs."""
    parts = [counts(situation), best_of(situation.tally), f"{shown_seconds(situation.tally.seconds)} so far"]
    head = Text(no_wrap=True, overflow="ellipsis")
    head.append(shown(name), style="bold")
    head.append("  " + "; ".join(filter(None, parts)))
    several = len(machines_of(situation.running)) > 1
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True, header_style="dim")
    table.add_column("worker", no_wrap=True)
    table.add_column("trial", justify="right", no_wrap=True)
    table.add_column("", width=BAR)
    table.add_column("step", justify="right", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("parameters", ratio=1, no_wrap=True, overflow="ellipsis")
    for trial in situation.running:
        worker = "" if trial.worker is None else str(trial.worker)
        table.add_row(
            Text(shown(f"{trial.machine}:{worker}") if several else worker),
            str(trial.number),
            ProgressBar(total=1.0, completed=trial.share, width=BAR) if trial.share is not None else "",
            far_of(trial).removeprefix("step "),
            value_of(trial),
            shown_seconds(trial.seconds),
            Text(told_params(trial)),
        )
    return Group(head, table) if situation.running else head
