"""A run that begins where another was stopped: it equals the one that never was, and the other stays."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder, sole_user
from lstm_vae.run.promoted import take_over
from lstm_vae.training import history
from tests.conftest import SMALL, Command
from tests.sweeps.conftest import lines, study_in

Take = Callable[..., int]


@pytest.fixture
def stopped(finished_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished_run, tmp_path / "stopped"))


@pytest.fixture
def take(stopped: Path, tmp_path: Path) -> Take:
    """Takes the run over, into a new folder."""
    (tmp_path / "new").mkdir()
    held = RunFolder(stopped)
    data = record.read(held.record).provenance["data_fingerprint"]

    config = held.read_config()

    def go(own: RunConfig = config, fingerprint: str = data) -> int:
        return take_over(stopped, RunFolder(tmp_path / "new"), own, fingerprint)

    return go


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_state_history_and_best_weights_are_copied_and_the_rest_stays(
    take: Take, stopped: Path, tmp_path: Path
) -> None:
    before = contents(stopped)
    assert take() == 2
    assert contents(stopped) == before
    assert contents(tmp_path / "new") == {
        name: before[name] for name in ("history.csv", "checkpoints/last.npz", "checkpoints/best.weights.h5")
    }


def test_event_files_join_those_that_are_already_written(take: Take, stopped: Path, tmp_path: Path) -> None:
    for folder, name in ((stopped, "old"), (tmp_path / "new", "own")):
        (folder / "tensorboard").mkdir(parents=True)
        (folder / "tensorboard" / name).write_text(name, encoding="utf-8")
    assert take() > 0
    assert sorted(path.name for path in (tmp_path / "new" / "tensorboard").iterdir()) == ["old", "own"]


@pytest.mark.parametrize("gone", ["checkpoints", "record.json", "history.csv", "."])
def test_without_a_state_it_says_so_in_a_line_and_starts_again(
    take: Take, stopped: Path, tmp_path: Path, gone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = stopped / gone
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    assert take() == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("note: ")
    assert line.endswith("; the run starts again")
    assert "stopped" in line
    assert contents(tmp_path / "new") == {}


def test_a_state_that_is_damaged_or_in_use_is_left(
    take: Take, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sole_user(RunFolder(stopped)):
        assert take() == 0
    assert "another process works on this run" in capsys.readouterr().err
    (stopped / "checkpoints" / "last.npz").write_bytes(b"garbage")
    assert take() == 0
    assert "last.npz: not a training state" in capsys.readouterr().err


def test_after_another_configuration_or_other_data_it_starts_again(
    take: Take, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = RunFolder(stopped).read_config()
    for arguments, told in (
        (
            (config.replace(training__learning_rate=0.5),),
            "configuration: training.learning_rate is .* and 0.5 here",
        ),
        ((config, "other"), "was trained on data .*, but this is other"),
    ):
        assert take(*arguments) == 0
        assert re.search(f"^note: .*{told}; the run starts again$", capsys.readouterr().err)
    assert take(config.replace(training__threads=1)) == 2  # says how it is run, not what is computed


def test_a_run_from_before_a_field_did_what_that_version_did(
    take: Take, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = RunFolder(stopped).read_config()
    saved = RunFolder(stopped).config
    kept = [
        line for line in lines(saved) if "relocation" not in line and "generation_temperature" not in line
    ]
    saved.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert take(config) == 0
    assert "training.relocation is 0.0 there and None here; the run starts again" in capsys.readouterr().err
    assert take(config.replace(training__relocation=0.0)) == 2


EXACT = (
    *SMALL,
    "training.epochs=3",
    "training.deterministic=true",
    "training.threads=1",
    "figures.enabled=false",
)
RATES = 1e-2, 8e-3, 1e-7, 1e-8  # the better, the earlier: the second is stopped, and turns out to be good
SWEEP = (
    "--multirun", *EXACT, "hydra.sweeper.study_name=s", "hydra.sweep.dir=sweep", "hydra.sweeper.n_trials=4",
    "training.learning_rate=interval(1e-9,0.1)",
    "hydra.sweeper.enqueue=[" + ",".join(f"{{training.learning_rate:{rate}}}" for rate in RATES) + "]",
    "hydra/sweeper/optuna_study/pruner=successive_halving", "hydra.sweeper.pruner.min_resource=2",
    "hydra.sweeper.pruner.reduction_factor=2",
)  # fmt: skip


@pytest.mark.slow
def test_a_promoted_run_equals_one_that_was_never_stopped(command: Command, tmp_path: Path) -> None:
    result = command("lstm_vae.train", *SWEEP)
    assert (result.returncode, result.stderr) == (0, "")
    trials = study_in(tmp_path / "sweep").trials
    shown = [(t.number, t.state.name, t.params, t.intermediate_values) for t in trials]
    assert len(trials) == 5, shown
    before, after = (RunFolder(tmp_path / "sweep" / name) for name in ("1", "4"))
    stopped, account = record.read(before.record), record.read(after.record)
    assert stopped.state == "PRUNED"
    assert stopped.provenance["epochs"] == 2
    assert account.provenance["continued_from"] == str(before.path.resolve())
    assert account.provenance["resumed_from_epoch"] == 2
    assert account.config_hash == stopped.config_hash
    alone = command("lstm_vae.train", *EXACT, "training.learning_rate=0.008", "hydra.run.dir=alone")
    assert alone.returncode == 0, alone.stderr
    whole = RunFolder(tmp_path / "alone")
    straight = record.read(whole.record)
    assert straight.config_hash == account.config_hash
    assert account.state == "COMPLETE"
    assert account.objective == straight.objective
    assert account.metrics == straight.metrics
    one, other = history.read(after.history), history.read(whole.history)
    untimed = [name for name in history.COLUMNS if name not in history.TIME_COLUMNS]
    assert [[getattr(row, name) for name in untimed] for row in one] == [
        [getattr(row, name) for name in untimed] for row in other
    ]
    assert trials[4].intermediate_values == {row.epoch: row.val_loss for row in other}
    with np.load(after.last) as mine, np.load(whole.last) as its:
        assert mine.files == its.files
        assert all(np.array_equal(mine[name], its[name]) for name in mine.files)
    assert len(lines(before.history)) == 1 + 2
    assert "trial 4: goes on with trial 1, which was stopped at step 2" in result.stdout
