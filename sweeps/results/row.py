"""A trial as one flat row: what the study, the trial's job and its record say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.results import records
from sweeps.results.csv_file import cell
from sweeps.results.replication import mean_of
from sweeps.study.objective import Objective, objectives_of
from sweeps.study.spans import seconds_of
from sweeps.study.trial import Job, TrialView

PARAMS = "params_"  # before a parameter's name, as in Optuna's own frames
VALUES = "value_"  # before an objective's, of several
# Of a record's provenance: the row says these itself.
LEFT_OUT = {"folder", "started", "finished", "continued_from"}
# What a board says of a trial by itself; of a program's metrics that are called so, it is not told.
RESERVED = {
    "rank",
    "trial",
    "state",
    "value",
    "low",
    "high",
    "replicates",
    "seeds",
    "last_step",
    "trial_seconds",
    "started",
    "worker",
    "machine",
    "threads",
    "folder",
    "retry_of",
    "continues",
    "reason",
    "objective",
    "direction",
}


@dataclass(frozen=True)
class Header:
    """What all rows of a study share.

    Attributes:
        objectives: each with a name.
    """

    objectives: tuple[Objective, ...]

    @property
    def objective(self) -> str:
        """What a row calls its objective, or several."""
        return " ".join(str(own.name) for own in self.objectives)

    @property
    def direction(self) -> str:
        return " ".join(own.direction for own in self.objectives)

    @property
    def values(self) -> dict[str, Objective]:
        """Of several objectives, each by the name of its column."""
        return {f"{VALUES}{own.name}": own for own in self.objectives} if len(self.objectives) > 1 else {}


def row_of(
    trial: FrozenTrial, header: Header, job_records: Sequence[dict[str, Any] | None]
) -> dict[str, Any]:
    """The row of a trial; absent values are left out.

    Metrics and provenance come from the job's `record.json`. Of replicates, metrics are means, and the
    provenance is the first one's, but for seconds, which are summed.

    Args:
        job_records: the records of its jobs.
    """
    view = TrialView(trial)
    job = view.job or Job()
    row: dict[str, Any] = {"trial": trial.number, "state": trial.state.name}
    row |= _values(trial, header)
    row |= {f"{PARAMS}{name}": value for name, value in trial.params.items()}
    record = _joined(job_records)
    row |= {
        name: value
        for name, value in record.items()
        if name not in row and name not in RESERVED and not name.startswith((PARAMS, VALUES))
    }
    if trial.intermediate_values and trial.last_step is not None:
        row["last_step"] = trial.last_step
    if (seconds := seconds_of(trial)) is not None:
        row["trial_seconds"] = seconds
    if trial.datetime_start is not None:
        row["started"] = trial.datetime_start.isoformat(timespec="seconds")
    details = {
        "worker": job.worker,
        "machine": job.machine,
        "threads": job.threads,
        "folder": job.folder,
        "continues": view.resumes.trial if view.resumes is not None else None,
        "retry_of": view.retry_of,
        "reason": view.reason,
    }
    row |= {name: value for name, value in details.items() if value is not None}
    if view.reason is not None and view.spared is not None:
        row["reason"] += f"; does not count: {view.spared}"
    return row | {"objective": header.objective, "direction": header.direction}


def value_of(trial: FrozenTrial) -> float:
    """The value of a trial of one objective; of a stopped finalist the mean of its replicates, and not, as
    Optuna has it, the last one's."""
    replicates = TrialView(trial).replicates
    return mean_of(replicates) if replicates else float(trial.values[0])


def _values(trial: FrozenTrial, header: Header) -> dict[str, Any]:
    if trial.values is None or trial.state not in (TrialState.COMPLETE, TrialState.PRUNED):
        return {}
    if len(header.objectives) > 1:
        return dict(zip(header.values, trial.values, strict=True))
    replicates = TrialView(trial).replicates
    row: dict[str, Any] = {"value": value_of(trial)}
    if replicates:
        row["replicates"] = " ".join(repr(value) for value in replicates)
        if seeds := TrialView(trial).seeds:
            row["seeds"] = " ".join(f"{key}={seed}" for key, seed in seeds.items())
    if replicates and len(replicates) > 1 and trial.state == TrialState.COMPLETE:
        from sweeps.results.statistics import mean_interval  # scipy: not for every worker

        interval = mean_interval(replicates)
        row |= {"low": interval.low, "high": interval.high}
    return row


def _joined(job_records: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """The flat maps of a trial's records as one."""
    readable = [record for record in job_records if record is not None]
    first = job_records[0] if job_records else None
    if first is None:
        return {}
    fields: dict[str, Any] = {}
    metrics = records.flat(first, "metrics")
    for name, value in metrics.items():
        numbers = _numbers(readable, "metrics", name)
        if len(job_records) > 1 and numbers:
            # Of some replicates only, a mean would be that of others than the value's.
            value = mean_of(numbers) if len(numbers) == len(job_records) else None
        fields[name] = value
    provenance = records.flat(first, "provenance")
    fields |= {k: v for k, v in provenance.items() if k not in LEFT_OUT and k not in fields}
    if len(job_records) > 1 and "seconds" in provenance and "seconds" not in metrics:
        fields["seconds"] = sum(_numbers(readable, "provenance", "seconds"))
    if isinstance(first.get("config_hash"), str):
        fields["config_hash"] = first["config_hash"]
    return fields


def _numbers(job_records: Sequence[dict[str, Any]], part: str, name: str) -> list[float]:
    """The finite numbers that records have by a name."""
    numbers = (records.number(record.get(part, {}).get(name)) for record in job_records)
    return [number for number in numbers if number is not None]


def header_of(study: Study, record: dict[str, Any] | None) -> Header:
    """What all rows of a study share; an objective without a name is called what a job's record calls its
    own, or `value`."""
    objectives = objectives_of(study)
    if study.metric_names:
        return Header(tuple(replace(own, name=cell(own.name)) for own in objectives))
    if len(objectives) > 1:
        return Header(tuple(replace(own, name=str(index)) for index, own in enumerate(objectives)))
    named = (record or {}).get("objective")
    name = named.get("name") if isinstance(named, dict) else None
    name = name if isinstance(name, str) and 0 < len(name) <= records.LONGEST else "value"
    return Header((replace(objectives[0], name=cell(name)),))
