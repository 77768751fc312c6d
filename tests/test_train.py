"""The main command, as a user types it."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lstm_vae.data.idx import FILES
from lstm_vae.run import record
from lstm_vae.training import history
from tests.conftest import OUTSIDE, ROOT, SMALL, Command, files_below

BAD = [
    (["encoder.hiden=64"], "unknown key encoder.hiden; did you mean encoder.hidden?"),
    (["+encoder.hiden=64"], "unknown key encoder.hiden; did you mean encoder.hidden?"),
    (["+foo=1"], "unknown key foo"),
    (["encoder.latent_dim=abc"], "encoder.latent_dim=abc"),
    (["encoder.latent_dim=0"], "encoder.latent_dim=0: must be a whole number of at least 1"),
    (["encoder.hidden=0"], "encoder.hidden=0: must be"),
    (["encoder.hidden=[64,-1]"], "encoder.hidden=[64, -1]: must be"),
    (["decoder.filters=[]"], "decoder.filters=[]: must be"),
    (["decoder.filters=64"], "decoder.filters=64: must be a list"),
    (["encoder=huge"], "encoder=huge: no such option; must be one of base, bidirectional"),
    (["data=imagenet"], "data=imagenet: no such option; must be one of fashion_mnist, mnist, mnist_5k"),
    (["data.name=imagenet"], "data.name='imagenet': must be one of"),
    (["encoder.hidden=[64"], "encoder.hidden=[64: "),
    (["data=mnist_5k", "training.batch_size=5000"], "training.batch_size=5000: must be at most 4000"),
    (["data=mnist_5k", "data.limit=5000"], "data.limit=5000: must be at most 4000"),
    (["data.dir=nowhere"], "data.dir=nowhere: no such folder"),
    (["data.download=false"], "Set data.dir, or use data=mnist_5k"),
    (["training.resume=nowhere"], "nowhere: no such run folder"),
    (["encoder.kind=gru"], "encoder.kind=gru: must be lstm or the dotted path"),
    (["encoder.kind=no_such.Encoder"], "encoder.kind=no_such.Encoder: must be"),
    (["hydra.run.dir=/proc/run", "data=mnist_5k"], "hydra.run.dir=/proc/run: cannot be made"),
    (["data=mnist_5k", "hydra.run.dir=${nowhere}"], "nowhere"),
    (["training=null"], "group override must be"),
    (["~training"], "training: is missing; must be one option of the group"),
    (["~training.ema"], "~training.ema"),
    (["training.resume=x", "hydra.run.dir=y"], "hydra.run.dir: must not be set with training.resume"),
    (["data.dir='~no_such_user/x'"], "data.dir=~no_such_user/x: no such folder"),
    (["data.dir=" + "x" * 300], "data.dir="),
    (["--run", "--multirun"], "--multirun"),
    (["--multirun", "data=mnist_5k", "encoder.latent_dim=2,0"], "encoder.latent_dim=0: must be"),
    (["--multirun", "data=mnist_5k", "encoder=small,huge"], "encoder=huge: no such option"),
    (["--multirun", "data=mnist_5k", "training.threads=1,2"], "must be the same in all trials"),
    (
        ["--multirun", "hydra/sweeper=basic", "data=mnist_5k", "training.threads=1,2"],
        "must be the same for all jobs",
    ),
    (["--multirun", "data=mnist_5k", "+encoder.hiden=1,2"], "unknown key encoder.hiden"),
    (["--multirun", "data=mnist_5k", "encoder.hiden=1,2"], "did you mean encoder.hidden"),
    (["--multirun", "data=mnist_5k", "encoder.latent_dim=[2],[4]"], "encoder.latent_dim=[2]"),
    (["--multirun", "data=mnist_5k", "encoder.dropout=interval(0,1)"], "encoder.dropout=1.0: must be"),
    (["--multirun", "data=mnist_5k", "hydra/sweeper/optuna_study/sampler=x"], "sampler=x: no such option"),
    (["--multirun", "data=mnist_5k", "hydra.sweeper.n_workers=0"], "hydra.sweeper.n_workers=0: must be"),
    (["--multirun", "data=mnist_5k", "training.resume=x"], "must be null in a multirun"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), BAD, ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else ""
)
def test_bad_input_is_one_line_exit_code_2_and_no_trace(
    command: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = command("lstm_vae.train", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not files_below(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "truncated", "magic", "size", "labels", "other"])
def test_damaged_data_is_refused_by_name(
    command: Command, tmp_path: Path, mnist_folder: Path, damage: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in FILES.values():
        (folder / f"{name}.gz").symlink_to(mnist_folder / f"{name}.gz")
    name = FILES["test_labels" if damage in ("labels", "magic", "size") else "test_images"]
    file = folder / f"{name}.gz"
    content = gzip.decompress(file.read_bytes())
    whole = file.read_bytes()
    file.unlink()
    if damage == "truncated":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "magic":
        file.write_bytes(gzip.compress(b"\0\0\x0d\1" + content[4:]))
    elif damage == "size":
        file.write_bytes(gzip.compress(content[:4] + (9_999).to_bytes(4, "big") + content[8:-1]))
    elif damage == "labels":
        file.write_bytes(gzip.compress(content[:-1] + b"\x0b"))
    elif damage == "other":
        file.write_bytes(gzip.compress(content[:-1] + b"\x0b", compresslevel=1))
    before = files_below(tmp_path)
    result = command("lstm_vae.train", f"data.dir={folder}")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert name in result.stderr
    words = {"other": "changed or corrupted", "labels": "label 11", "size": "9999", "magic": "wrong magic"}
    assert words.get(damage, damage) in result.stderr
    assert files_below(tmp_path) == before


def test_help_and_cfg_do_not_import_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('tensorflow was imported')")
    (tmp_path / "keras.py").write_text("raise SystemExit('keras was imported')")
    for flags in (["--help"], ["--cfg", "job"], ["encoder.latent_dim=0"]):
        result = subprocess.run(
            [sys.executable, "-m", "lstm_vae.train", *flags],
            cwd=tmp_path,
            env={**OUTSIDE, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "was imported" not in result.stderr
        assert result.returncode == (2 if flags[0].startswith("encoder") else 0)
        if flags == ["--cfg", "job"]:
            assert "latent_dim: 2" in result.stdout
            assert "kl_warmup_epochs" in result.stdout


def test_a_run_leaves_all_that_is_promised(finished_run: Path) -> None:
    assert (finished_run / "stderr.txt").read_text() == ""
    names = files_below(finished_run)
    assert {
        "record.json",
        "history.csv",
        "config.yaml",
        "model.keras",
        "checkpoints/last.npz",
        "checkpoints/best.weights.h5",
        ".hydra/config.yaml",
        "figures/loss_curves.png",
        "figures/reconstructions.png",
        "figures/latent_scatter.png",
        "figures/prior_100.png",
        "figures/prior_400.png",
        "figures/plane_100_scale_1.png",
        "figures/plane_400_scale_2.png",
    } <= names
    assert not [name for name in names if "partial" in name]
    account = record.read(finished_run / "record.json")
    assert account.state == "COMPLETE"
    assert account.overrides == list(SMALL)
    assert [row.epoch for row in history.read(finished_run / "history.csv")] == [1, 2]
    printed = (finished_run / "stdout.txt").read_text()
    assert "epoch 2/2" in printed
    assert f"{account.metrics['val_loss']:.2f}" in printed


def test_a_named_folder_with_something_in_it_is_not_written(command: Command, finished_run: Path) -> None:
    before = {name: (finished_run / name).stat().st_mtime_ns for name in files_below(finished_run)}
    result = command("lstm_vae.train", *SMALL, f"hydra.run.dir={finished_run}")
    assert result.returncode == 2
    assert "must be a new or empty folder" in result.stderr
    assert before == {name: (finished_run / name).stat().st_mtime_ns for name in files_below(finished_run)}


def test_nan_ends_the_run_as_failed(command: Command, tmp_path: Path) -> None:
    result = command(
        "lstm_vae.train", *SMALL, "hydra.run.dir=run", "training.learning_rate=1e8", "training.clipnorm=null"
    )
    assert result.returncode == 1
    assert result.stderr.startswith("error: epoch 1, step ")
    assert "likely cause: " in result.stderr
    account = record.read(tmp_path / "run" / "record.json")
    assert account.state == "FAIL"
    assert account.reason is not None
    assert "learning_rate=1e+08" in account.reason


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("signum", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM])
def test_a_signal_leaves_a_run_that_resumes_to_the_same_bits(
    command: Command, tmp_path: Path, signum: signal.Signals
) -> None:
    settings = [*SMALL, "training.deterministic=true", "training.threads=1", "figures.enabled=false"]
    settings += ["encoder.dropout=0.2", "training.epochs=12"]
    arguments = [sys.executable, "-m", "lstm_vae.train", *settings, "hydra.run.dir=stopped"]
    stopped = subprocess.Popen(
        arguments,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=OUTSIDE,
    )
    folder = tmp_path / "stopped"
    deadline = time.monotonic() + 120
    while not (folder / "history.csv").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    stopped.send_signal(signum)
    _, errors = stopped.communicate(timeout=60)
    assert stopped.returncode == 128 + signum
    assert f"stopped by {signum.name}" in errors
    account = record.read(folder / "record.json")
    assert account.state == "FAIL"
    assert account.provenance["epochs"] < 12

    assert command("lstm_vae.train", "training.resume=stopped").returncode == 0
    assert command("lstm_vae.train", *settings, "hydra.run.dir=straight").returncode == 0
    untimed = [
        [line.rsplit(",", 2)[0] for line in (tmp_path / name / "history.csv").read_text().splitlines()]
        for name in ("stopped", "straight")
    ]
    assert untimed[0] == untimed[1]
    assert len(untimed[0]) == 13
    one, other = (record.read(tmp_path / name / "record.json") for name in ("stopped", "straight"))
    assert one.metrics == other.metrics
    assert one.config_hash == other.config_hash
    assert record.read(folder / "record.1.json") == account
    assert one.objective == other.objective


def test_runs_started_together_do_not_share_a_folder(tmp_path: Path) -> None:
    # The default folder is named by the second: claim the same name from several processes at once.
    code = "from pathlib import Path; from lstm_vae.run.folder import claim; print(claim(Path('x/y')))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
            env=OUTSIDE,
        )
        for _ in range(4)
    ]
    claimed = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert claimed == {"x/y", "x/y-2", "x/y-3", "x/y-4"}
