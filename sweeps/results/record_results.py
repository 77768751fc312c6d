"""The result of a trial as the records of its jobs have it, where the trial itself left none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.results import records
from sweeps.results.replication import mean_of
from sweeps.results.result_file import Result
from sweeps.study.objective import objectives_of
from sweeps.study.trial import TrialView, with_replicates


def read(root: Path, trial: FrozenTrial, study: Study, objective: Sequence[str] | None) -> Result | None:
    """The result of a trial whose jobs are all COMPLETE by their records.

    Args:
        root: the study's folder.
        objective: names in the records; None for the objective that the record itself names.

    Returns:
        None where a record is missing, or does not say what the study asks for.
    """
    view = TrialView(trial)
    job_values = [_values(root / own, study, objective) for own in view.folders]
    if not job_values or any(values is None for values in job_values):
        return None
    each = [values for values in job_values if values is not None]
    attrs: dict[str, Any] = dict(trial.user_attrs)
    values = each[0]
    if view.job is not None and view.job.replicates is not None:
        attrs = with_replicates(attrs, [own[0] for own in each])
        values = (mean_of([own[0] for own in each]),)
    return Result(
        number=trial.number,
        state=TrialState.COMPLETE,
        values=values,
        reason="",
        params=dict(trial.params),
        distributions=dict(trial.distributions),
        user_attrs=attrs,
        system_attrs=dict(trial.system_attrs),
        intermediate_values=dict(trial.intermediate_values),
        started=trial.datetime_start or datetime.now(),
        ended=datetime.now(),
    )


def _values(folder: Path, study: Study, objective: Sequence[str] | None) -> tuple[float, ...] | None:
    record = records.read(folder)
    if record is None or record.get("state") != "COMPLETE":
        return None
    if objective is not None:
        try:
            return tuple(records.values(folder, objective))
        except records.MissingError:
            return None
    own = record.get("objective")
    objectives = objectives_of(study)
    if len(objectives) != 1 or not isinstance(own, dict):
        return None
    value, direction = records.number(own.get("value")), own.get("direction")
    return (value,) if value is not None and direction == objectives[0].direction else None
