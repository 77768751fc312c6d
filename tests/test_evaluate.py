from __future__ import annotations

import json
import shutil
from pathlib import Path

from lstm_vae.run import record
from tests.conftest import Command


def test_a_run_scores_again_as_recorded(command: Command, finished_run: Path, tmp_path: Path) -> None:
    before = (finished_run / "record.json").read_bytes()
    result = command("lstm_vae.evaluate", str(finished_run), "--out", "metrics.json")
    assert result.returncode == 0, result.stderr
    assert "The same as in the record, to the last digit." in result.stdout
    recorded = record.read(finished_run / "record.json").metrics
    scored = json.loads((tmp_path / "metrics.json").read_text())
    assert scored.items() <= recorded.items()
    assert (finished_run / "record.json").read_bytes() == before
    again = command("lstm_vae.evaluate", str(finished_run), "--out", "metrics.json")
    assert again.returncode == 2


def test_the_exact_nll_and_what_the_encoder_loses(
    command: Command, finished_run: Path, tmp_path: Path
) -> None:
    result = command("lstm_vae.evaluate", str(finished_run), "--exact-nll", "--out", "exact.json")
    assert result.returncode == 0, result.stderr
    metrics = json.loads((tmp_path / "exact.json").read_text())
    assert metrics["inference_gap"] == metrics["test_loss"] - metrics["test_nll_exact"] > 0
    assert f"exact NLL   {metrics['test_nll_exact']:9.2f}" in result.stdout


def test_the_exact_nll_of_many_latents_is_refused(
    command: Command, finished_run: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "eight"
    shutil.copytree(finished_run, folder)
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("latent_dim: 2", "latent_dim: 8"), encoding="utf-8")
    result = command("lstm_vae.evaluate", str(folder), "--exact-nll")
    assert result.returncode == 2
    assert result.stderr == f"error: --exact-nll: {folder} has 8 latents; must have at most 2\n"


def test_more_importance_samples(command: Command, finished_run: Path) -> None:
    result = command("lstm_vae.evaluate", str(finished_run), "--nll-samples", "60", "--nll-images", "30")
    assert result.returncode == 0
    assert "60 importance samples, 30 images" in result.stdout
    assert "in the record" in result.stdout


def test_bad_arguments_are_one_line_and_exit_code_2(command: Command, finished_run: Path) -> None:
    for arguments in (
        ["nowhere"],
        [str(finished_run), "--nll-samples", "x"],
        [str(finished_run), "--data-dir", "x"],
        [str(finished_run), "--out", "nowhere/x.json"],
    ):
        result = command("lstm_vae.evaluate", *arguments)
        assert result.returncode == 2
        assert result.stderr.count("\n") == 1
