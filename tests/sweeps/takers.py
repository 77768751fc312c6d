"""Workers that take trials, and run no jobs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optuna.study import Study

from sweeps.search.budget import budget_of
from sweeps.search.taking import Placed, Taker
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.study.folder import StudyFolder
from sweeps.study.leases import Lease
from sweeps.study.trial import Job
from tests.sweeps.parts import master_of

MASTER = master_of()


def lone_taker(
    study: Study, folder: Path, settings: Settings, space: Space, grid: bool, further: Sequence[str] = ()
) -> Taker:
    """A worker without company; a finite space is drawn from or enqueued."""
    own = StudyFolder(folder)
    size = space.size if space.finite and not grid else None
    return Taker(
        study,
        own,
        settings,
        space,
        MASTER,
        budget_of(settings, grid, size),
        alone=True,
        only_suspects=False,
        worker=Job(worker=4),
        further=further,
        subfolder_of=lambda number, _: str(number),
        lease_of=lambda trial: Lease(own.leases, trial, 60),
    )


def taken(taker: Taker) -> Placed:
    """The trial that it takes, which there is."""
    placed = taker.take()
    assert placed is not None
    return placed
