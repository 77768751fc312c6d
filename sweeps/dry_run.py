"""What a sweep would do, without doing it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import optuna

from sweeps.plan.opening import require_same
from sweeps.plan.plan import Plan
from sweeps.plan.preparation import sampler_name
from sweeps.search.distinct import sampler_of
from sweeps.search.queue import enqueue_missing
from sweeps.space.parameter import Value
from sweeps.study.finding import read_spec
from sweeps.study.holding import combination_key
from sweeps.study.notes import note_drawn
from sweeps.terminal.console import mention as say
from sweeps.terminal.wording import shown_params, shown_path

SHOWN = 20


def dry_run(plan: Plan) -> None:
    """Prints what the sweep would run; launches and writes nothing.

    Raises:
        SweepError: the study exists, and searches something else.
    """
    if plan.folder.spec.exists():
        require_same(plan, read_spec(plan.folder))
    exists = "goes on in" if plan.folder.spec.exists() else "would be made in"
    say(f"study {plan.name} {exists} {shown_path(plan.folder.path)}")
    for parameter, description in plan.space.described().items():
        say(f"  {parameter}: {description}")
    say(f"  until {plan.budget.described}; {plan.settings.n_workers} at a time")
    if plan.settings.replicates > 1:
        say(f"  each combination {plan.settings.replicates} times, with different seeds")
    if plan.settings.finalists is not None:
        best, seeds = plan.settings.finalists, plan.settings.final_replicates
        say(f"  then the best {best} again, up to {seeds} seeds each, which the search does not use")
    if plan.grid:
        size = plan.space.size
        say(f"{size} combinations:")
        for values in itertools.islice(_in_order(plan), SHOWN):
            say(f"  {shown_params(values)}")
        if size > SHOWN:
            say(f"  and {size - SHOWN} more")
        return
    if plan.folder.spec.exists():
        say(f"sampled by {sampler_name(plan.settings)}, which learns from the study's trials")
        return
    say(f"sampled by {sampler_name(plan.settings)}; the first, before there are results to learn from:")
    # The study's own draws: its sampler is seeded by trial, and has no results yet either.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    directions: list[Any] = list(plan.settings.directions)
    study = optuna.create_study(directions=directions, sampler=sampler_of(plan.settings.sampler, plan.space))
    enqueue_missing(study, plan.warm)
    for _ in range(min(SHOWN, max(5, len(plan.warm)), plan.budget.most or SHOWN)):
        trial = study.ask()
        values = plan.space.suggest(trial, plan.config)
        if plan.space.finite:
            note_drawn(study._storage, trial._trial_id, combination_key(values))
        say(f"  {shown_params(values)}")


def _in_order(plan: Plan) -> Iterator[Mapping[str, Value]]:
    """A grid's combinations in the order in which they are run: the enqueued ones first, each once."""
    yield from {
        combination_key(values): values for values in (*plan.warm, *plan.space.combinations())
    }.values()
