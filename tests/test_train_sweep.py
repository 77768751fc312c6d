"""Sweeps of the model itself: a trial is a run like any other."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_vae.run import record
from lstm_vae.training import history
from tests.conftest import OUTSIDE, SMALL, Command, files_below
from tests.sweeps.conftest import study_in, wait_for

QUICK = (*SMALL, "figures.enabled=false")


def test_a_trial_is_a_run_and_its_printed_command_repeats_it(command: Command, tmp_path: Path) -> None:
    deterministic = (*SMALL, "training.deterministic=true", "hydra.sweep.dir=sweep")
    swept = "encoder.fc=[8],[8,4]"
    result = command("lstm_vae.train", "--multirun", *deterministic, swept)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    (again,) = (line for line in result.stdout.splitlines() if line.startswith("  again: "))
    words = shlex.split(again.removeprefix("  again: "))
    assert words[:3] == ["python", "-m", "lstm_vae.train"]
    assert any(word.startswith("training.threads=") for word in words)
    alone = command("lstm_vae.train", *words[3:], "hydra.run.dir=alone")
    assert alone.returncode == 0, alone.stderr
    study = study_in(tmp_path / "sweep")
    folder = tmp_path / "sweep" / str(study.best_trial.number)
    one, other = record.read(folder / "record.json"), record.read(tmp_path / "alone" / "record.json")
    assert one.objective.value == other.objective.value == study.best_value
    assert one.metrics == other.metrics
    assert one.config_hash == other.config_hash
    assert files_below(folder) == files_below(tmp_path / "alone") | {"trial.json"}  # what the study is told
    reported = [row.val_loss for row in history.read(folder / "history.csv")]
    assert list(study.best_trial.intermediate_values.values()) == reported
    assert list(study.best_trial.intermediate_values) == [1, 2]


def test_a_pruned_trial_keeps_what_it_has(command: Command, tmp_path: Path) -> None:
    result = command(
        "lstm_vae.train",
        "--multirun",
        *QUICK,
        "training.learning_rate=0.01,1e-8",
        "hydra/sweeper/optuna_study/pruner=median",
        "hydra.sweeper.pruner.n_startup_trials=1",
        "hydra.sweep.dir=sweep",
    )
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert [trial.state.name for trial in trials] == ["COMPLETE", "PRUNED"]
    folder = tmp_path / "sweep" / "1"
    account = record.read(folder / "record.json")
    assert account.state == "PRUNED"
    assert "pruned at step 1" in str(account.reason)
    assert account.provenance["epochs"] == 1
    assert len(history.read(folder / "history.csv")) == 1
    assert (folder / "checkpoints" / "last.npz").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_trial_that_was_cut_off_goes_on_with_its_next_epoch(command: Command, tmp_path: Path) -> None:
    settings = (*QUICK, "training.deterministic=true", "training.threads=1", "training.epochs=12")
    words = ("--multirun", *settings, "encoder.fc=[8]", "hydra.sweep.dir=sweep")
    sweep = subprocess.Popen(
        [sys.executable, "-m", "lstm_vae.train", *words], cwd=tmp_path, env=OUTSIDE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    states = tmp_path / "sweep" / "0" / "checkpoints" / "last.npz"
    wait_for(states.exists)
    sweep.send_signal(signal.SIGTERM)
    _, errors = sweep.communicate(timeout=120)
    assert sweep.returncode == 143, errors
    result = command("lstm_vae.train", *words)
    assert result.returncode == 0, result.stderr
    cut, trial = study_in(tmp_path / "sweep").trials
    assert cut.last_step is not None
    assert 0 < cut.last_step < 12
    assert f"trial 1: goes on with trial 0, which was cut off at step {cut.last_step}" in result.stdout
    account = record.read(tmp_path / "sweep" / "1" / "record.json")
    assert account.provenance["resumed_from_epoch"] == cut.last_step
    assert account.provenance["continued_from"] == str((tmp_path / "sweep" / "0").resolve())
    alone = command("lstm_vae.train", *settings, "encoder.fc=[8]", "hydra.run.dir=alone")
    assert alone.returncode == 0, alone.stderr
    assert account.metrics == record.read(tmp_path / "alone" / "record.json").metrics
    rows = history.read(tmp_path / "alone" / "history.csv")
    assert trial.intermediate_values == {row.epoch: row.val_loss for row in rows}


def test_a_trial_that_fails_says_why_in_its_record(command: Command, tmp_path: Path) -> None:
    result = command(
        "lstm_vae.train",
        "--multirun",
        *QUICK,
        "training.clipnorm=null",
        "training.learning_rate=1e30,0.01",
        "hydra.sweep.dir=sweep",
    )
    assert result.returncode == 1
    trials = study_in(tmp_path / "sweep").trials
    assert [trial.state.name for trial in trials] == ["FAIL", "COMPLETE"]
    account = record.read(tmp_path / "sweep" / "0" / "record.json")
    assert account.state == "FAIL"
    assert str(account.reason) in trials[0].user_attrs["sweeps:reason"]


@pytest.mark.slow
def test_objectives_can_be_any_numbers_of_the_record(command: Command, tmp_path: Path) -> None:
    result = command(
        "lstm_vae.train",
        "--multirun",
        *QUICK,
        "training.epochs=1",
        "encoder.latent_dim=1,2",
        "hydra.sweeper.objective=[val_loss,parameters]",
        "hydra.sweeper.direction=[minimize,minimize]",
        "hydra.sweep.dir=sweep",
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    for trial in study_in(tmp_path / "sweep").trials:
        written = json.loads((tmp_path / "sweep" / str(trial.number) / "record.json").read_text())
        assert trial.values == [written["metrics"]["val_loss"], written["provenance"]["parameters"]]


def test_basic_multirun_is_still_there(command: Command, tmp_path: Path) -> None:
    settings = [s for s in QUICK if "limit" not in s and "batch_size" not in s]
    # The default batch of 128 would be refused with 100 images: what counts is what each job has.
    settings += ["data.limit=100", "training.batch_size=50,40", "training.epochs=1"]
    arguments = ["--multirun", "hydra/sweeper=basic", *settings, "hydra.sweep.dir=sweep"]
    result = command("lstm_vae.train", *arguments)
    assert result.returncode == 0, result.stderr
    records = [record.read(tmp_path / "sweep" / str(number) / "record.json") for number in (0, 1)]
    assert [account.config["training"]["batch_size"] for account in records] == [50, 40]
    again = command("lstm_vae.train", *arguments)
    assert again.returncode == 2
    assert "hydra.sweep.dir=sweep: must be a new or empty folder" in again.stderr


@pytest.mark.slow
def test_trials_of_one_folder_name_get_folders_of_their_own(command: Command, tmp_path: Path) -> None:
    arguments = [*QUICK, "training.epochs=1", "training.seed=1,2", "hydra.sweep.dir=sweep"]
    result = command("lstm_vae.train", "--multirun", *arguments, "hydra.sweep.subdir=same")
    assert result.returncode == 0, result.stderr
    seeds = [
        record.read(tmp_path / "sweep" / n / "record.json").provenance["seed"] for n in ("same", "same-2")
    ]
    assert seeds == [1, 2]


@pytest.mark.parametrize("name", ["encoder", "encoder_grid", "decoder", "optimizer", "smoke"])
def test_named_studies_compose_and_every_value_is_allowed(
    command: Command, tmp_path: Path, name: str
) -> None:
    """The check comes before the storage is opened, which here cannot be."""
    result = command(
        "lstm_vae.train",
        "--multirun",
        f"+sweep={name}",
        "data=mnist_5k",
        "hydra.sweeper.storage=sqlite:////no/db",
    )
    assert result.returncode == 2
    assert "its folder does not exist" in result.stderr


@pytest.mark.slow
def test_a_learning_rate_of_a_million_fails_its_trial_and_no_other(command: Command, tmp_path: Path) -> None:
    rates = "training.learning_rate=0.01,1e6"
    result = command("lstm_vae.train", "--multirun", *QUICK, rates, "hydra.sweep.dir=sweep")
    assert result.returncode == 1, result.stderr  # a combination is missing
    assert result.stderr == ""
    good, bad = study_in(tmp_path / "sweep").trials
    assert (good.state.name, bad.state.name) == ("COMPLETE", "FAIL")
    said = bad.user_attrs["sweeps:reason"]
    assert said.startswith("RunFailedError: epoch 1, step ")
    assert "likely cause: " in said
    assert f"last failure: trial 1, {said}" in result.stdout
    folder = tmp_path / "sweep" / "1"
    account = record.read(folder / "record.json")
    assert (account.state, f"RunFailedError: {account.reason}") == ("FAIL", said)
    assert account.metrics == {}
    assert not (folder / "model.keras").exists()
    assert not list((folder / "checkpoints").iterdir())
