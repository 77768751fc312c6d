"""Shared parts of the tests: real digits, small real runs, and commands run as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

# How long an example takes says nothing on a shared machine.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

OURS = ("LSTM_VAE_DATA", "TF_CPP_MIN_LOG_LEVEL")  # what the tests change in their own environment
KEPT = "LSTM_VAE_TESTS_BEFORE"
if KEPT in os.environ:  # a process of pytest-xdist inherits what the first one has changed
    _before = json.loads(os.environ[KEPT])
else:
    _before = {name: os.environ[name] for name in OURS if name in os.environ}
    os.environ[KEPT] = json.dumps(_before)

# What a command started by a test sees.
OUTSIDE = {name: value for name, value in os.environ.items() if name not in (*OURS, KEPT)} | _before
OUTSIDE.pop("LSTM_VAE_DATA", None)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.pop("LSTM_VAE_DATA", None)
MNIST = _before.get("LSTM_VAE_DATA")  # tests that want the full data set ask for it

from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.sections import DataConfig
from lstm_vae.data import Splits, load_splits

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE["PYTHONPATH"] = os.pathsep.join([str(ROOT), OUTSIDE.get("PYTHONPATH", "")])
Command = Callable[..., "subprocess.CompletedProcess[str]"]
STARTING = {"sweep", "start", "command", "finished_run", "tool"}  # fixtures that start programs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that start programs, each of which takes a second and more, as `long`, beside those
    that say so of themselves; the others are what one runs between two edits."""
    for item in items:
        module = getattr(item, "module", None)
        if STARTING & set(getattr(item, "fixturenames", ())) or hasattr(module, "subprocess"):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(tmp_path_factory.mktemp("user_cache"))
        patch.setenv("XDG_CACHE_HOME", folder)
        patch.setitem(OUTSIDE, "XDG_CACHE_HOME", folder)
        yield


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with the real MNIST files, where the environment names one."""
    if MNIST is None:
        pytest.skip("LSTM_VAE_DATA names no folder with MNIST")
    return Path(MNIST)


@pytest.fixture(scope="session")
def digits() -> Splits:
    """256 training, 500 validation and 500 test digits: real ones."""
    return load_splits(DataConfig(name="mnist_5k", limit=256))


@pytest.fixture(scope="session")
def small() -> RunConfig:
    """A network and a training that take about a second."""
    return RunConfig.from_mapping(
        {
            "data": {"name": "mnist_5k", "limit": 256},
            "encoder": {"hidden": 16, "fc": [8]},
            "decoder": {"filters": [16, 8]},
            "training": {
                "epochs": 2,
                "batch_size": 48,
                "progress": "none",
                "learning_rate": 0.01,
                "ema": 0.9,
            },
            "evaluation": {"nll_samples": 4, "nll_images": 20},
            "figures": {"enabled": False},
        }
    )


SMALL = (
    "data=mnist_5k",
    "data.limit=256",
    "encoder.hidden=16",
    "encoder.fc=[8]",
    "decoder.filters=[8,4]",
    "training.epochs=2",
    "training.batch_size=48",
    "training.schedule=constant",
    "evaluation.nll_samples=4",
    "evaluation.nll_images=20",
)


@pytest.fixture
def command(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs `python -m MODULE ARGUMENTS` in an empty folder, with an empty cache."""

    cache = str(tmp_path_factory.mktemp("cache"))

    def run(module: str, *arguments: str, cwd: Path = tmp_path, **environment: str) -> object:
        variables = {**OUTSIDE, "XDG_CACHE_HOME": cache, **environment}
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=cwd,
            env=variables,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run  # type: ignore[return-value]


def files_below(folder: Path) -> set[str]:
    """Every file and folder below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run, made by the command that users type."""
    folder = tmp_path_factory.mktemp("finished")
    result = subprocess.run(
        [sys.executable, "-m", "lstm_vae.train", *SMALL, "hydra.run.dir=run"],
        cwd=folder,
        env=OUTSIDE,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    (folder / "run" / "stdout.txt").write_text(result.stdout, encoding="utf-8")
    (folder / "run" / "stderr.txt").write_text(result.stderr, encoding="utf-8")
    return folder / "run"
