from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lstm_vae
from lstm_vae.data import load_splits
from lstm_vae.errors import UserError
from lstm_vae.evaluation import Scorer
from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder
from tests.conftest import OUTSIDE, ROOT, SMALL, Command

GRU = '''
"""A GRU encoder, from outside the package."""
import keras

from lstm_vae.model import Encoder


@keras.saving.register_keras_serializable(package="my_encoders")
class GRUEncoder(Encoder):
    def recurrent_layer(self, units, return_sequences):
        return keras.layers.GRU(
            units, return_sequences=return_sequences, dtype=self.precision, **self.options
        )
'''
YAML = """
defaults: [base]
kind: my_encoders.GRUEncoder
hidden: 12
options: {reset_after: false}
"""


def test_a_run_is_loaded_with_the_weights_its_record_scores(finished_run: Path) -> None:
    vae = lstm_vae.load(finished_run)
    config = RunFolder(finished_run).read_config()
    splits = load_splits(config.data)
    score = Scorer(vae, config.evaluation.batch_size, config.evaluation.seed).score(splits.validation.images)
    account = record.read(finished_run / "record.json")
    assert score.loss == pytest.approx(account.metrics["val_loss"], rel=1e-6)


def test_loading_needs_no_command_line_of_ours(finished_run: Path, tmp_path: Path) -> None:
    code = f"import lstm_vae; print(lstm_vae.load({str(finished_run)!r}).count_params())"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=OUTSIDE,
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert int(result.stdout) == record.read(finished_run / "record.json").provenance["parameters"]


def test_damaged_and_unfinished_runs_are_refused(finished_run: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(finished_run, tmp_path / "run"))
    (run / "model.keras").write_bytes((run / "model.keras").read_bytes()[:500])
    with pytest.raises(UserError, match=r"model\.keras: cannot be loaded"):
        lstm_vae.load(run)
    (run / "model.keras").unlink()
    with pytest.raises(UserError, match=r"has no model\.keras yet"):
        lstm_vae.load(run)
    with pytest.raises(UserError, match="no such run folder"):
        lstm_vae.load(tmp_path / "none")


@pytest.mark.slow
def test_another_encoder_is_one_file_and_one_yaml(command: Command, tmp_path: Path) -> None:
    (tmp_path / "my_encoders.py").write_text(GRU)
    (tmp_path / "my_conf" / "encoder").mkdir(parents=True)
    (tmp_path / "my_conf" / "encoder" / "gru.yaml").write_text(YAML)
    settings = [s for s in SMALL if not s.startswith("encoder.hidden")]
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    result = command(
        "lstm_vae.train",
        "--config-dir",
        "my_conf",
        "encoder=gru",
        *settings,
        "hydra.run.dir=run",
        PYTHONPATH=path,
    )
    assert result.returncode == 0, result.stderr
    account = record.read(tmp_path / "run" / "record.json")
    assert account.config["encoder"]["kind"] == "my_encoders.GRUEncoder"
    gru = 3 * 12 * (28 + 12 + 1)
    code = "import lstm_vae; v = lstm_vae.load('run'); print(v.encoder.layers_before_heads[0].count_params())"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**OUTSIDE, "PYTHONPATH": path},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert int(loaded.stdout) == gru
    assert np.isfinite(account.metrics["val_loss"])
