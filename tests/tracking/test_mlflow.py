"""Runs in a local MLflow store."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from lstm_vae.tracking.mlflow import MLflow
from lstm_vae.tracking.tracker import Beginning, Ending, Trial
from lstm_vae.training.observer import Steps
from tests.conftest import OUTSIDE
from tests.tracking.conftest import row

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(tmp_path)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    return uri


def runs() -> dict[str, Run]:
    """All runs of the experiment, by name."""
    client = MlflowClient()
    experiment = client.get_experiment_by_name("lstm_vae")
    assert experiment is not None
    return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}


def test_a_trial_is_a_child_of_its_study(beginning: Beginning, ending: Ending) -> None:
    tracker = MLflow(beginning)
    tracker.on_steps(Steps(1, 48, 256, 200.0, 5.0))
    for epoch in (1, 2):
        tracker.on_epoch(row(epoch), last=False)
    assert runs()["3"].info.status == "RUNNING"
    tracker.finish(ending)
    found = runs()
    assert set(found) == {"digits", "3"}
    child, parent = found["3"], found["digits"]
    assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert child.info.status == "FINISHED"
    assert child.data.params == {name: str(value) for name, value in beginning.fields.items()}
    client = MlflowClient()
    by_epoch = client.get_metric_history(child.info.run_id, "val_loss")
    assert [(metric.step, metric.value) for metric in by_epoch] == [(1, 201.125), (2, 202.125)]
    assert child.data.metrics["final_test_loss"] == 203.0
    artifacts = [file.path for file in client.list_artifacts(child.info.run_id)]
    assert artifacts == ["figures", "record.json"]
    (picture,) = client.list_artifacts(child.info.run_id, "figures")
    assert picture.path == "figures/loss_curves.png"
    of_trials = client.get_metric_history(parent.info.run_id, "trial_val_loss")
    assert [(metric.step, metric.value) for metric in of_trials] == [(3, 201.5)]


def test_a_run_by_itself_has_no_parent(beginning: Beginning, ending: Ending) -> None:
    MLflow(replace(beginning, trial=None)).finish(ending)
    assert set(runs()) == {"3"}
    assert "mlflow.parentRunId" not in runs()["3"].data.tags


@pytest.mark.parametrize(("state", "status"), [("FAIL", "FAILED"), ("PRUNED", "FINISHED")])
def test_how_it_ended_is_told(beginning: Beginning, ending: Ending, state: str, status: str) -> None:
    MLflow(beginning).finish(replace(ending, state=state, reason="why", metrics={}))
    run = runs()["3"]
    assert run.info.status == status
    assert (run.data.tags["lstm_vae.state"], run.data.tags["lstm_vae.reason"]) == (state, "why")


def test_a_run_that_goes_on_is_the_same_one(
    beginning: Beginning, ending: Ending, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = MLflow(beginning)
    first.on_epoch(row(1), last=False)
    first.finish(replace(ending, state="FAIL", reason="stopped by SIGINT", metrics={}))
    second = MLflow(beginning)
    second.on_epoch(row(2), last=False)
    second.finish(ending)
    run = runs()["3"]
    assert run.info.status == "FINISHED"
    assert len(MlflowClient().get_metric_history(run.info.run_id, "val_loss")) == 2
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/other.db")
    MLflow(beginning).finish(ending)  # a store that does not know it
    assert set(runs()) == {"digits", "3"}


PROGRAM = """
import sys
from pathlib import Path
from lstm_vae.config.run_config import RunConfig
from lstm_vae.tracking.mlflow import MLflow
from lstm_vae.tracking.tracker import Beginning, Trial
study, number = Path(sys.argv[1]), int(sys.argv[2])
(study / str(number)).mkdir(parents=True)
MLflow(Beginning(RunConfig(), study / str(number), Trial("digits", study, number)))
"""


def test_trials_that_begin_at_once_make_one_store_and_one_parent(store: str, tmp_path: Path) -> None:
    environment = {**OUTSIDE, "MLFLOW_TRACKING_URI": store}
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / "study")]
    processes = [subprocess.Popen([*words, str(number)], env=environment) for number in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    found = runs()
    assert set(found) == {"digits", "0", "1", "2"}
    parents = {run.data.tags["mlflow.parentRunId"] for name, run in found.items() if name != "digits"}
    assert parents == {found["digits"].info.run_id}


def test_studies_of_the_same_name_are_told_apart(beginning: Beginning, tmp_path: Path) -> None:
    MLflow(beginning)
    other = tmp_path / "it's another" / "3"
    other.mkdir(parents=True)
    MLflow(replace(beginning, folder=other, trial=Trial("digits", other.parent, 3)))
    client = MlflowClient()
    experiment = client.get_experiment_by_name("lstm_vae")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.run_name for run in found) == ["3", "3", "digits", "digits"]
    assert len({run.data.tags.get("mlflow.parentRunId") for run in found}) == 3
