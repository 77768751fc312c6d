"""A run in MLflow: a child of its study's run where it is a trial of one.

Where the runs go is MLflow's own to say: `MLFLOW_TRACKING_URI`, else a database file in the working folder;
`MLFLOW_EXPERIMENT_NAME`, else the experiment `lstm_vae`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import mlflow
from filelock import FileLock
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from lstm_vae.tracking.tracker import Beginning, Ending, Trial
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps

EXPERIMENT = "lstm_vae"
ID_FILE = "mlflow_run.txt"  # in the run's folder: a run that goes on is the same one there
STUDY = "lstm_vae.study"  # tags; this one of a digest of the study's folder
STATE, REASON = "lstm_vae.state", "lstm_vae.reason"
STATUSES = {"COMPLETE": "FINISHED", "PRUNED": "FINISHED", "FAIL": "FAILED"}
SQLITE = "sqlite:///"
LONGEST_TAG = 5000  # characters


class MLflow:
    """The run's fields as parameters, its history by epoch, its metrics and pictures at the end."""

    def __init__(self, beginning: Beginning) -> None:
        trial = beginning.trial
        self._trial, self.is_new = trial, True
        os.environ.setdefault(
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3"
        )  # not minutes of a training for a server
        with _alone(trial):
            self._client = MlflowClient()
            experiment = self._experiment()
            self._parent = self._study_run(experiment, trial) if trial is not None else None
        self._run = self._own_run(experiment, beginning)

    def _experiment(self) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        found = self._client.get_experiment_by_name(name)
        if found is None:
            with suppress(MlflowException):  # another machine has made it meanwhile
                return str(self._client.create_experiment(name))
            found = self._client.get_experiment_by_name(name)
        if found is None:
            raise MlflowException(f"experiment {name} cannot be made")
        return str(found.experiment_id)

    def _study_run(self, experiment: str, trial: Trial) -> str:
        # A digest, since MLflow's filters have no way to quote a quote.
        place = hashlib.sha256(str(trial.folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        found = self._client.search_runs([experiment], f"tags.`{STUDY}` = '{place}'", max_results=1)
        if found:
            return str(found[0].info.run_id)
        run = self._client.create_run(experiment, tags={STUDY: place}, run_name=trial.study)
        self._client.set_terminated(run.info.run_id)  # trials may come whenever somebody goes on with it
        return str(run.info.run_id)

    def _own_run(self, experiment: str, beginning: Beginning) -> str:
        id_file = beginning.folder / ID_FILE
        if id_file.exists() and (earlier_run := self._found(id_file.read_text(encoding="utf-8").strip())):
            self._client.update_run(earlier_run, status="RUNNING")
            self.is_new = False
            return earlier_run
        tags = {"mlflow.parentRunId": self._parent} if self._parent is not None else {}
        run = self._client.create_run(experiment, tags=tags, run_name=beginning.name)
        run_id = str(run.info.run_id)
        params = [Param(name, str(value)) for name, value in beginning.fields.items()]
        self._client.log_batch(run_id, params=params)
        id_file.write_text(run_id + "\n", encoding="utf-8")
        return run_id

    def _found(self, run_id: str) -> str | None:
        try:
            info = self._client.get_run(run_id).info
        except MlflowException:  # of another store
            return None
        return str(info.run_id) if info.lifecycle_stage == "active" else None

    def on_steps(self, steps: Steps) -> None:
        """Nothing: metrics are by epoch, as in `history.csv`."""

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        """A metric a column."""
        values = dataclasses.asdict(row)
        self._log(values, values.pop("epoch"))

    def finish(self, ending: Ending) -> None:
        """The metrics, the files and how the run ended."""
        self._log({f"final_{name}": value for name, value in ending.metrics.items()}, 0)
        value = ending.metrics.get("val_loss")
        if self._parent is not None and self._trial is not None and value is not None:
            self._client.log_metric(self._parent, "trial_val_loss", value, step=self._trial.number)
        for path in ending.files:
            self._client.log_artifact(self._run, str(path))
        for path in ending.pictures:
            self._client.log_artifact(self._run, str(path), "figures")
        tags = [RunTag(STATE, ending.state)]
        if ending.reason:
            tags.append(RunTag(REASON, ending.reason[:LONGEST_TAG]))
        self._client.log_batch(self._run, tags=tags)
        self._client.set_terminated(self._run, STATUSES.get(ending.state, "FAILED"))

    def _log(self, values: dict[str, float], step: int) -> None:
        now = time.time_ns() // 1_000_000
        metrics = [Metric(name, float(value), now, step) for name, value in values.items()]
        self._client.log_batch(self._run, metrics=metrics)


def _alone(trial: Trial | None) -> AbstractContextManager[Any]:
    """Within it, this process is the only one here that makes what is not there yet: MLflow's tables, which
    two processes at once would spoil, the experiment, the study's run."""
    uri = mlflow.get_tracking_uri()
    if uri.startswith(SQLITE):
        return FileLock(f"{uri.removeprefix(SQLITE)}.lock")
    return FileLock(trial.folder / ".mlflow.lock") if trial is not None else nullcontext()
