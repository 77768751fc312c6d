"""Studies on a virtual clock, whose jobs are stored curves. Used by `replay.py`.

What is decided is decided by the sweeper's own code: `Taker` takes, draws and promotes, `sweeps.report`
asks the pruner, `tell` tells. Only time, the jobs and the workers' processes are made up: of so many
workers, the one whose next value is due first goes on.
"""

from __future__ import annotations

import contextvars
import heapq
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from curves import Curve
from omegaconf import DictConfig
from optuna.trial import TrialState

from sweeps import report
from sweeps.inside.reporting import reporting_to
from sweeps.results.outcome import Outcome
from sweeps.search.budget import budget_of
from sweeps.search.distinct import sampler_of
from sweeps.search.queue import enqueue_missing
from sweeps.search.samplers import make_pruner
from sweeps.search.taking import Placed, Taker
from sweeps.search.telling import tell
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.study.folder import StudyFolder
from sweeps.study.trial import Job, TrialView


@dataclass(frozen=True)
class Finish:
    """A trial that has ended, on the virtual clock.

    Attributes:
        seconds: from the start of the study.
        value: nats per image; None of one that was stopped.
        epochs: that it trained itself.
    """

    seconds: float
    value: float | None
    epochs: int


class _NoLease:
    """Nobody dies."""

    trial: Any = None

    def take(self) -> None:
        """Nothing to take."""

    def release(self) -> None:
        """Nothing to give back."""


def _no_lease(_: object) -> Any:
    return _NoLease()


def replay(
    settings: Settings,
    space: Space,
    master: DictConfig,
    curves: Mapping[str, Curve],
    order: Sequence[Mapping[str, Any]] = (),
) -> list[Finish]:
    """A sweep of stored curves.

    Args:
        settings: of the sweeper, with its number of workers.
        space: of the curves.
        master: the sweep's configuration.
        curves: by a combination's overrides, joined by a blank.
        order: combinations to try first.

    Returns:
        the trials in the order in which they ended.
    """
    with tempfile.TemporaryDirectory() as root:
        folder = StudyFolder(Path(root) / "study")
        folder.make()
        study = optuna.create_study(
            directions=list(settings.directions),  # type: ignore[arg-type]  # names
            sampler=sampler_of(settings.sampler, space),
            pruner=make_pruner(settings.pruner),
        )
        enqueue_missing(study, order)
        return _Replay(study, folder, settings, space, master, curves).run()


class _Replay:
    def __init__(
        self,
        study: optuna.Study,
        folder: StudyFolder,
        settings: Settings,
        space: Space,
        master: DictConfig,
        curves: Mapping[str, Curve],
    ) -> None:
        self._study, self._folder, self._curves = study, folder, curves
        self._n_workers = settings.n_workers
        self._finishes: list[Finish] = []
        self._taker = Taker(
            study,
            folder,
            settings,
            space,
            master,
            budget_of(settings, False, space.size),
            True,
            False,
            Job(),
            (),
            lambda number, _: str(number),
            _no_lease,
        )

    def run(self) -> list[Finish]:
        # Those that are due first; of equals, the worker with the lowest number.
        due: list[tuple[float, int, Generator[float, None, None]]] = []
        idle = list(range(self._n_workers))
        now = 0.0
        while True:
            for worker in idle.copy():
                placed = self._taker.take()
                if placed is None:
                    break  # until another one's result makes something to do
                idle.remove(worker)
                job = _in_own_context(self._job(placed))
                heapq.heappush(due, (now + next(job), worker, job))
            if not due:
                return self._finishes
            now, worker, job = heapq.heappop(due)
            self._now = now
            seconds = next(job, None)
            if seconds is None:
                idle.append(worker)
                idle.sort()
            else:
                heapq.heappush(due, (now + seconds, worker, job))

    def _job(self, placed: Placed) -> Generator[float, None, None]:
        """A job: gives the seconds until its next value, and ends with the trial."""
        curve = self._curves[" ".join(placed.overrides)]
        resumption = TrialView(placed.trial._cached_frozen_trial).resumes
        begun_at = resumption.step if resumption is not None else 0
        outcome = Outcome(TrialState.COMPLETE, (curve.last,))
        epoch = begun_at
        with reporting_to(placed.trial, begun_at if begun_at else -1):
            for epoch in range(begun_at + 1, len(curve.losses) + 1):
                yield curve.seconds(epoch, begun_at)
                try:
                    report(curve.losses[epoch - 1], epoch, last=epoch == len(curve.losses))
                except optuna.TrialPruned as pruned:
                    outcome = Outcome(TrialState.PRUNED, reason=str(pruned))
                    break
        tell(self._study, placed.trial, outcome, self._folder.path, placed.subfolder)
        value = outcome.values[0] if outcome.values else None
        self._finishes.append(Finish(self._now, value, epoch - begun_at))


def _in_own_context(job: Generator[float, None, None]) -> Generator[float, None, None]:
    """A job sees only what it has set itself, as in a process of its own."""
    context = contextvars.copy_context()
    while True:
        seconds = context.run(next, job, None)
        if seconds is None:
            return
        yield seconds


def replay_batches(
    space: Space,
    master: DictConfig,
    curves: Mapping[str, Curve],
    n_trials: int,
    n_jobs: int,
    seed: int,
    order: Sequence[Mapping[str, Any]] = (),
) -> list[Finish]:
    """The same under a batch sweeper, as Hydra's official one is: asks TPE for as many trials as there are
    workers, waits for the slowest, tells all; stops none, and repeats what it draws again."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for combination in order:
        study.enqueue_trial(dict(combination))
    finishes: list[Finish] = []
    now = 0.0
    while len(finishes) < n_trials:
        trials = [study.ask() for _ in range(min(n_jobs, n_trials - len(finishes)))]
        own = [curves[" ".join(space.overrides(space.suggest(trial, master)))] for trial in trials]
        for trial, curve in zip(trials, own, strict=True):
            study.tell(trial, curve.last)
            finishes.append(Finish(now + curve.ends[-1], curve.last, len(curve.losses)))
        now += max(curve.ends[-1] for curve in own)
    return finishes
