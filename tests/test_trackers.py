"""Trackers, switched on as a user does."""

from __future__ import annotations

from pathlib import Path

from mlflow.tracking import MlflowClient

from tests.conftest import SMALL, Command


def test_a_sweep_is_tracked_by_all_of_them(command: Command, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    result = command(
        *("lstm_vae.train", "--multirun", *SMALL, "hydra.sweep.dir=study", "encoder.latent_dim=2,3"),
        "training.wandb=true",
        *("training.mlflow=true", "training.tensorboard=true", "hydra.sweeper.study_name=digits"),
        MLFLOW_TRACKING_URI=uri,
    )
    assert result.returncode == 0, result.stderr
    assert "warning" not in result.stderr
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("lstm_vae")
    assert experiment is not None
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert set(runs) == {"digits", "0", "1"}
    for number in (0, 1):
        folder, run = tmp_path / "study" / str(number), runs[str(number)]
        assert run.data.params["encoder.latent_dim"] == str(number + 2)
        assert len(client.get_metric_history(run.info.run_id, "val_loss")) == 2
        pictures = client.list_artifacts(run.info.run_id, "figures")
        assert "figures/loss_curves.png" in [file.path for file in pictures]
        assert len(list(folder.glob("wandb/offline-run-*/*.wandb"))) == 1
        assert len(list(folder.glob("tensorboard/*"))) == 1


def test_a_run_that_fails_is_told_as_one(command: Command, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    words = (
        "lstm_vae.train",
        *SMALL,
        "hydra.run.dir=run",
        "training.mlflow=true",
        "training.learning_rate=1e9",
    )
    assert command(*words, MLFLOW_TRACKING_URI=uri).returncode == 1
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("lstm_vae")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FAILED"
    assert "the loss is" in run.data.tags["lstm_vae.reason"]
