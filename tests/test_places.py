"""Runs in odd places: names, moved folders, folders that can only be read, bare environments."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hydra.core.override_parser.types import Quote, QuotedString
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.schemas import literal
from lstm_vae.config.sections import DataConfig
from lstm_vae.data import cached_splits, idx
from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder
from tests.conftest import OUTSIDE, SMALL, Command, files_below
from tests.sweeps.surroundings import ENVIRONMENTS, HOSTILE, read_only

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names and permissions of POSIX")


def quoted(text: str) -> str:
    """A text as Hydra's override grammar quotes it."""
    return QuotedString(text, Quote.single).with_quotes()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("${x}", ()),
        ("here", (r"hydra.run.dir='../\${y}/r'",)),
        ("here", (r"training.resume='../\${y}'",)),
        ("${x}", ("--multirun", "hydra/sweeper=basic", "training.seed=1,2")),
        ("${x}", ("--multirun", "training.seed=1,2")),
    ],
    ids=["cwd", "named", "resume", "basic", "sweep"],
)
def test_a_path_that_hydra_would_interpolate_is_refused(
    command: Command, tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    cwd = tmp_path / name
    cwd.mkdir()
    result = command("lstm_vae.train", *words, "data=mnist_5k", cwd=cwd)
    assert result.returncode == 2
    assert result.stderr.endswith(": must not have ${ in its path\n")
    assert len(result.stderr.splitlines()) == 1
    assert files_below(tmp_path) == {name}


def test_a_run_that_was_moved_is_evaluated_where_nothing_can_be_written(
    command: Command, finished_run: Path, tmp_path: Path
) -> None:
    shutil.copytree(finished_run, tmp_path / HOSTILE)
    with read_only(tmp_path / HOSTILE) as folder:
        result = command("lstm_vae.evaluate", str(folder))
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "The same as in the record, to the last digit." in result.stdout


@pytest.mark.slow
def test_a_run_of_the_worst_name_is_made_moved_resumed_and_read(command: Command, tmp_path: Path) -> None:
    cwd = tmp_path / HOSTILE
    cwd.mkdir()
    short = (*SMALL, "training.epochs=1", f"hydra.run.dir={quoted(HOSTILE)}")
    first = command("lstm_vae.train", *short, cwd=cwd)
    assert first.returncode == 0, first.stderr
    moved = cwd / f"moved {HOSTILE}"
    (cwd / HOSTILE).rename(moved)
    resumed = command("lstm_vae.train", "training.epochs=2", f"training.resume={quoted(moved.name)}", cwd=cwd)
    assert resumed.returncode == 0, resumed.stderr
    assert record.read(moved / "record.json").provenance["epochs"] == 2
    drawn = command("lstm_vae.generate", str(moved), "--out", f"./{HOSTILE}.png", cwd=cwd)
    assert drawn.returncode == 0, drawn.stderr
    assert {path.name for path in cwd.iterdir()} == {moved.name, f"{HOSTILE}.png"}
    assert files_below(tmp_path) >= {f"{HOSTILE}/{HOSTILE}.png"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ENVIRONMENTS)
def test_a_run_in_a_bare_environment(tmp_path: Path, kind: str) -> None:
    cwd = tmp_path / "Ü \U0001f600"
    cwd.mkdir()
    words = [*ENVIRONMENTS[kind], sys.executable, "-m", "lstm_vae.train", *SMALL, "hydra.run.dir=r"]
    result = subprocess.run(
        words, cwd=cwd, env=OUTSIDE, capture_output=True, text=True, errors="replace", timeout=300
    )
    assert result.returncode == 0, result.stderr
    assert all(line.startswith("note: ") for line in result.stderr.splitlines())
    assert record.read(cwd / "r" / "record.json").state == "COMPLETE"
    assert (cwd / "r" / "figures" / "loss_curves.png").is_file()


@pytest.mark.parametrize("name", [HOSTILE, "a\udcffb", "${x}", "new\nline"], ids=ascii)
def test_data_in_a_folder_of_an_odd_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name / "cache"))
    folder = tmp_path / name / "data"
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    for part, file in idx.FILES.items():
        shape = (idx.COUNTS[part], 28, 28) if part.endswith("images") else (idx.COUNTS[part],)
        (folder / file).write_bytes(idx.idx_bytes(generator.integers(0, 10, shape, np.uint8)))
    config = DataConfig(dir=str(folder), verify=False, limit=100)
    first, second = cached_splits(config, 10), cached_splits(config, 10)
    assert first.fingerprint == second.fingerprint
    assert (tmp_path / name / "cache" / "lstm_vae" / "prepared").is_dir()
    run = RunFolder(tmp_path / name)
    run.write_config(RunConfig(data=config))
    assert run.read_config().data == config


@given(st.text(st.sampled_from("\\${}x'\" :")))
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    config = OmegaConf.create({"a": None})
    OmegaConf.update(config, "a", literal(text))
    assert config.a == text
