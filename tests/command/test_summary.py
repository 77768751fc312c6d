"""What a finished run says on the terminal."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from lstm_vae.command.summary import print_metrics, print_summary
from lstm_vae.config.run_config import RunConfig
from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder
from lstm_vae.run.record import Record

METRICS: dict[str, float | int] = {
    "val_loss": 150.254, "val_bce": 145.126, "val_kl": 5.128, "test_loss": 1151.5, "test_bce": 1140.25,
    "test_kl": 11.25, "test_nll": 99.12, "nll_samples": 64, "nll_images": 10_000,
    "active_units": 2, "best_epoch": 7, "best_val_loss": 149.5,
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run whose record says that it has ended well."""
    folder = RunFolder(tmp_path / "outputs" / "run")
    folder.path.mkdir(parents=True)
    config = RunConfig()
    provenance = {"epochs": 12, "parameters": 153989, "images_per_second": 10842.6}
    account = Record("COMPLETE", config.to_mapping(), config.hash(), metrics=METRICS, provenance=provenance)
    record.write(folder.record, account)
    return folder.path


def test_a_run_says_what_it_has_done(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(run)
    assert "Done: 12 epochs, 153,989 parameters, 10,843 images/s\n" in capsys.readouterr().out


def test_a_folder_is_named_from_where_one_is(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for cwd, shown in ((tmp_path, Path("outputs/run")), (elsewhere, run)):
        monkeypatch.chdir(cwd)
        print_summary(run)
        assert capsys.readouterr().out.endswith(f": {shown}\n")


def test_losses_stand_in_columns_a_row_a_split(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(METRICS)
    heading, *rows = capsys.readouterr().out.splitlines()
    assert [row.split() for row in rows[:2]] == [
        ["validation", "150.25", "145.13", "5.13"],
        ["test", "1151.50", "1140.25", "11.25"],
    ]
    for column, name in enumerate(("BCE + KL", "BCE", "KL"), start=1):
        end = heading.rindex(name) + len(name)
        assert all(row[:end].endswith(row.split()[column]) for row in rows[:2]), name


def test_what_was_not_computed_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(METRICS)
    _, said = capsys.readouterr().out.split("11.25\n")
    assert [" ".join(line.split()) for line in said.splitlines()] == [
        "test NLL 99.12 (64 importance samples, 10,000 images)",
        "active units 2",
        "best epoch 7 (validation 149.50)",
    ]
    print_metrics(
        {name: value for name, value in METRICS.items() if "nll" not in name and "best" not in name}
    )
    _, said = capsys.readouterr().out.split("11.25\n")
    assert said.split() == ["active", "units", "2"]


@pytest.mark.parametrize(
    ("precision", "bfloat16", "gpus", "hinted"),
    [
        ("float32", True, "", True),
        ("float32", False, "", False),
        ("float32", None, "", False),
        ("float32", True, "GPU 0", False),
        ("mixed_bfloat16", True, "", False),
    ],
)
def test_what_would_be_faster_here_is_said_in_a_line(
    run: Path,
    capsys: pytest.CaptureFixture[str],
    precision: str,
    bfloat16: bool | None,
    gpus: str,
    hinted: bool,
) -> None:
    folder = RunFolder(run)
    account = record.read(folder.record)
    config = RunConfig().replace(training__precision=precision).to_mapping()
    provenance = {**account.provenance, "bfloat16_products": bfloat16, "gpus": gpus}
    record.write(folder.record, dataclasses.replace(account, config=config, provenance=provenance))
    print_summary(run)
    lines = capsys.readouterr().out.splitlines()
    assert sum("training.precision=mixed_bfloat16" in line for line in lines) == hinted


def test_a_collapse_is_said_with_what_may_help(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(METRICS)
    assert "collapsed" not in capsys.readouterr().out
    print_metrics({**METRICS, "active_units": 0})
    assert "training.kl_warmup_epochs" in capsys.readouterr().out
