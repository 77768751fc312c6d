from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.sections import DataConfig
from lstm_vae.data import load_splits
from lstm_vae.errors import UserError
from lstm_vae.run.folder import RunFolder
from lstm_vae.run.resume import require_same_data, resumed_config


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


def resumed(run: Path, *overrides: str, **changes: object) -> RunConfig:
    return resumed_config(RunConfig().replace(training__resume=str(run), **changes), overrides)


def test_what_the_command_does_not_name_is_the_runs_own(run: Path) -> None:
    config = resumed(run, "training.epochs=5", training__epochs=5)
    assert config.encoder.hidden == (16,)
    assert config.data.limit == 256
    assert config.training.epochs == 5
    assert config.training.resume == str(run)


def test_a_difference_is_shown_and_refused(run: Path) -> None:
    with pytest.raises(UserError, match=r"encoder.hidden is \[16\] there and \[64\] here"):
        resumed(run, "encoder.hidden=64", encoder__hidden=64)
    with pytest.raises(UserError, match="training.learning_rate is 0.00.* there and 0.5 here"):
        resumed(run, "training=default", "training.epochs=9", training__learning_rate=0.5, training__epochs=9)
    with pytest.raises(UserError, match=r"decoder.filters is \[8, 4\] there and \[64, 32\] here"):
        resumed(run, "+experiment=report", "training.epochs=9", training__epochs=9)


def test_naming_the_same_value_is_no_difference(run: Path) -> None:
    resumed(run, "encoder.hidden=16", "training.epochs=5", encoder__hidden=16, training__epochs=5)


def test_how_it_is_run_may_change(run: Path) -> None:
    config = resumed(
        run, "training.threads=1", "training.epochs=3", "training.progress=plain",
        training__threads=1, training__epochs=3, training__progress="plain",
    )  # fmt: skip
    assert config.training.threads == 1


def test_nothing_left_to_do_is_said(run: Path) -> None:
    with pytest.raises(UserError, match="2 epochs are done and training.epochs=2; a larger number goes on"):
        resumed(run)


def test_a_schedule_that_depends_on_the_epochs_keeps_their_number(run: Path) -> None:
    folder = RunFolder(run)
    folder.write_config(folder.read_config().replace(training__schedule="cosine"))
    with pytest.raises(UserError, match=r"training.epochs=5: must stay 2 .* whose cosine schedule"):
        resumed(run, "training.epochs=5", training__epochs=5)


def test_a_missing_state_is_said(run: Path) -> None:
    (run / "checkpoints" / "last.npz").unlink()
    with pytest.raises(UserError, match=r"its checkpoints/last.npz is missing"):
        resumed(run, "training.epochs=5", training__epochs=5)


def test_a_crash_in_the_first_epoch_starts_again(run: Path) -> None:
    (run / "checkpoints" / "last.npz").unlink()
    lines = (run / "history.csv").read_text().splitlines(keepends=True)
    (run / "history.csv").write_text("".join(lines[:2]))
    assert resumed(run, "training.epochs=5", training__epochs=5).training.epochs == 5


@pytest.mark.parametrize("name", ["checkpoints/last.npz", "record.json", "config.yaml"])
def test_damaged_files_are_refused_by_name(run: Path, name: str) -> None:
    (run / name).write_bytes(b"garbage")
    with pytest.raises(UserError, match=name.split("/")[-1]):
        resumed(run, "training.epochs=5", training__epochs=5)


def test_a_history_shorter_than_the_state_is_refused(run: Path) -> None:
    lines = (run / "history.csv").read_text().splitlines(keepends=True)
    (run / "history.csv").write_text("".join(lines[:2]))
    with pytest.raises(UserError, match="history.csv has 1 rows, its state 2 epochs"):
        resumed(run, "training.epochs=5", training__epochs=5)


def test_fewer_epochs_than_are_done_are_refused(run: Path) -> None:
    with pytest.raises(UserError, match="2 epochs are done and training.epochs=1"):
        resumed(run, "training.epochs=1", training__epochs=1)


def test_other_images_are_refused(run: Path) -> None:
    config = resumed(run, "training.epochs=5", training__epochs=5)
    splits = load_splits(config.data)
    require_same_data(config, splits)
    with pytest.raises(UserError, match="was trained on data .* but this is"):
        require_same_data(config, load_splits(DataConfig(name="mnist_5k")))
