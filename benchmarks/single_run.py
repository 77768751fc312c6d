"""One training in a process of its own: of a peer, or of this project's command. Used by other benchmarks.

A peer is a program that takes --encoder lstm --hidden --batch --epochs --limit --threads --seed, and prints a
JSON line an epoch with train_samples_per_s and test_loss (nats per image). This project runs the recipe
`training=plain` (Adam at a constant 1e-3), without figures and the importance-weighted bound, which peers do
not make. Both leave compilation, tracing and the scoring of images out of their rates.

The images are not quite the same: a peer takes the first of MNIST's training set, this project the first of
its own training split, which leaves out 5,000 validation images. Both are tested on the 10,000 test images.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, NamedTuple, Protocol


class Setting(NamedTuple):
    """What is trained, on either side.

    Attributes:
        threads: 0 for what the program takes by default.
        hidden: units of the one LSTM layer.
        batch: images a step.
        epochs: at least two where rates are wanted: the first is slower.
        limit: training images.
        seed: of the weights and the order.
    """

    threads: int = 2
    hidden: int = 128
    batch: int = 128
    epochs: int = 3
    limit: int = 55_000
    seed: int = 0


class Result(NamedTuple):
    """What a training gave.

    Attributes:
        rates: training images per second, an epoch each.
        test_loss: after the last epoch, nats per image.
    """

    rates: list[float]
    test_loss: float

    @property
    def images_per_second(self) -> float:
        """The median of the epochs after the first, where caches and allocators are still cold."""
        return statistics.median(self.rates[1:] or self.rates)

    @property
    def middle(self) -> float:
        """The median of the epochs but the first and the last, while others that began with it run too."""
        return statistics.median(self.rates[1:-1] or self.rates)


class Program(Protocol):
    """A side of a comparison."""

    @property
    def name(self) -> str: ...

    def command(self, setting: Setting, folder: Path) -> list[str]:
        """What runs it; it may write below the folder."""

    def read(self, stdout: str, folder: Path) -> Result:
        """What it printed or wrote."""


class Peer(NamedTuple):
    """A program of the form above.

    Attributes:
        path: of the program.
        python: interpreter of its environment.
    """

    path: Path
    python: str = sys.executable

    @property
    def name(self) -> str:
        return self.path.stem

    def command(self, setting: Setting, folder: Path) -> list[str]:
        options = {"threads": setting.threads} if setting.threads else {}
        options |= {"hidden": setting.hidden, "batch": setting.batch, "epochs": setting.epochs}
        options |= {"limit": setting.limit, "seed": setting.seed}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [self.python, str(self.path), "--encoder", "lstm", *words]

    def read(self, stdout: str, folder: Path) -> Result:
        epochs = [json.loads(line) for line in stdout.splitlines() if line.startswith("{")]
        return Result([epoch["train_samples_per_s"] for epoch in epochs], epochs[-1]["test_loss"])


class Project(NamedTuple):
    """This project's command.

    Attributes:
        data: folder with MNIST's files.
        precision: `training.precision`.
        recipe: option of the training group.
    """

    data: str
    precision: str = "float32"
    recipe: str = "plain"

    @property
    def name(self) -> str:
        return f"project {self.precision}"

    def command(self, setting: Setting, folder: Path) -> list[str]:
        overrides = {
            "training": self.recipe,
            "training.precision": self.precision,
            "data.dir": self.data,
            "data.limit": setting.limit,
            "encoder.hidden": setting.hidden,
            "training.batch_size": setting.batch,
            "training.epochs": setting.epochs,
            "training.threads": setting.threads or "null",
            "training.seed": setting.seed,
            "training.progress": "none",
            "evaluation.nll_samples": 0,
            "figures.enabled": "false",
            "hydra.run.dir": folder / "run",
        }
        return [
            sys.executable,
            "-m",
            "lstm_vae.train",
            *(f"{key}={value}" for key, value in overrides.items()),
        ]

    def read(self, stdout: str, folder: Path) -> Result:
        lines = (folder / "run" / "history.csv").read_text(encoding="utf-8").splitlines()
        column = lines[0].split(",").index("images_per_second")
        record = json.loads((folder / "run" / "record.json").read_text(encoding="utf-8"))
        rates = [float(line.split(",")[column]) for line in lines[1:]]
        return Result(rates, record["metrics"]["test_loss"])


class _Running:
    """A started training."""

    def __init__(self, program: Program, setting: Setting) -> None:
        self._program = program
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name)
        with self._open("stdout", "w") as stdout, self._open("stderr", "w") as stderr:
            command = program.command(setting, self._path)
            self._process = subprocess.Popen(command, stdout=stdout, stderr=stderr)

    def _open(self, name: str, mode: str) -> IO[str]:
        return (self._path / name).open(mode, encoding="utf-8", errors="replace")

    def result(self) -> Result:
        """Waits for its end."""
        with self._folder:
            code = self._process.wait()
            with self._open("stdout", "r") as stdout, self._open("stderr", "r") as stderr:
                if code:
                    sys.exit(f"{self._program.name} failed with {code}:\n{stderr.read()[-2000:]}")
                return self._program.read(stdout.read(), self._path)

    def stop(self) -> None:
        """Ends it, if it still runs."""
        self._process.kill()
        self._process.wait()


def train(program: Program, setting: Setting) -> Result:
    """One training, alone."""
    return train_at_once(program, [setting])[0]


def train_at_once(program: Program, settings: list[Setting]) -> list[Result]:
    """Trainings that start together."""
    running: list[_Running] = []
    try:
        running += [_Running(program, setting) for setting in settings]
        return [one.result() for one in running]
    finally:
        for one in running:
            one.stop()
