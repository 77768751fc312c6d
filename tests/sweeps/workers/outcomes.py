"""What becomes of what a job returned or raised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus

from sweeps.results.outcome import Outcome
from sweeps.workers.job import _outcome
from tests.sweeps.parts import settings_of

ONE = settings_of()


def outcome_of(
    value: Any, chosen: Any = ONE, folder: Path = Path("/nowhere"), failed: bool = False
) -> Outcome:
    returned = JobReturn()
    returned._return_value = value
    returned.status = JobStatus.FAILED if failed else JobStatus.COMPLETED
    return _outcome(returned, folder, chosen)


class MuteError(Exception):
    """An exception that cannot say what it is."""

    def __str__(self) -> str:
        raise ZeroDivisionError
