"""Every command of every document but the tutorial, rehearsed: in a folder that has what they name, sweeps as
dry runs, trainings of an epoch of few digits."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MNIST, OUTSIDE, ROOT
from tests.documents.blocks import DOCUMENTS, Example, agree, examples

FEW = (
    "data.limit=200",
    "training.epochs=1",
    "training.batch_size=50",
    "evaluation.nll_samples=0",
    "evaluation.generation_samples=0",
)
# Of which a test of its own runs every word, or CI does.
ELSEWHERE = {
    ("README.md", "python3 -m venv"): ".ci/run installs and tests so",
    ("docs/any_program.md", "python bowl.py"): "tests/sweeps/test_any_program.py",
    **{
        (
            "docs/leaderboards.md",
            f"python -m sweeps {what} docs/boards",
        ): "test_what_is_computed_from_boards_is_as_documented"
        for what in ("compare", "effects")
    },
}
TUTORIAL = ROOT / "docs" / "tutorial.md"
FOUND = [example for path in DOCUMENTS if path != TUTORIAL for example in examples(path)]
HERE = [
    example
    for example in FOUND
    if not any(
        example.document == document and example.command.startswith(start) for document, start in ELSEWHERE
    )
]


def test_what_is_tested_elsewhere_is_still_there() -> None:
    for document, start in ELSEWHERE:
        assert any(e.document == document and e.command.startswith(start) for e in FOUND), (document, start)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run and three studies of eight trials."""
    folder = tmp_path_factory.mktemp("documents")
    train(folder, "data=mnist_5k", *FEW, "training.schedule=constant", "hydra.run.dir=outputs/RUN")
    choices = ("encoder.fc=[],[8]", "training.seed=0,1,2,3")
    words = ("data=mnist_5k", *FEW, "figures.enabled=false", "encoder.hidden=16", "decoder.filters=[8,4]")
    train(folder, "--multirun", *words, *choices, "hydra.sweep.dir=outputs/sweeps/STUDY")
    for name in ("A", "B"):
        shutil.copytree(folder / "outputs/sweeps/STUDY", folder / "outputs/sweeps" / name)
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**OUTSIDE, **({"LSTM_VAE_DATA": MNIST} if MNIST else {})}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


def train(folder: Path, *words: str) -> None:
    result = run(folder, "-m", "lstm_vae.train", *words)
    assert result.returncode == 0, result.stderr


def rehearsed(words: list[str]) -> list[str]:
    """The words of a command, and those that make it short."""
    if words[:4] == ["python", "-m", "sweeps", "gc"]:
        return [*words, "--yes"]  # nobody is there to be asked
    if words[:3] != ["python", "-m", "lstm_vae.train"] or "--cfg" in words:
        return words
    if "--multirun" in words:
        return [*words, "hydra.sweeper.dry_run=true", "hydra.sweep.dir=rehearsed"]
    if "training.resume=outputs/RUN" in words:
        return [*words, "training.epochs=2"]
    return [*words, *FEW]


def needs_mnist(words: list[str]) -> bool:
    return words[2:3] == ["lstm_vae.train"] and "data=mnist_5k" not in words and "--cfg" not in words


@pytest.mark.slow
@pytest.mark.parametrize("example", HERE, ids=lambda example: f"{example.document}:{example.line}")
def test_a_command_does_as_it_is_written(example: Example, place: Path) -> None:
    words = example.words
    assert words[0] == "python", f"{example}: run it here, or say in ELSEWHERE where it is"
    if "data=fashion_mnist" in words:
        words = [*words, "--cfg", "job"]  # no copy of it is here
    elif needs_mnist(words) and not MNIST:
        pytest.skip("needs LSTM_VAE_DATA")
    result = run(place, *rehearsed(words)[1:])
    if example.output is not None:
        assert agree(example.output, result.stdout + result.stderr), result.stdout + result.stderr
    else:
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("what", ["compare", "effects"])
def test_what_is_computed_from_boards_is_as_documented(what: str) -> None:
    found = [example for example in FOUND if example.command.startswith(f"python -m sweeps {what} docs/")]
    assert found
    for example in found:
        assert example.output is not None
        assert agree(example.output, run(ROOT, *example.words[1:]).stdout, exactly=True)
