"""One bad command, and the programs that it is given to."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "tests" / "sweeps" / "program" / "app.py"

# What a corpus writes for a parameter of any program's: two values, and an interval.
GRID, LINE = "<two values>", "<an interval>"


@dataclass(frozen=True)
class Program:
    """A program that commands are given to.

    Attributes:
        start: how Python is told of it.
        words: the overrides that every command of it has.
        parameters: what its parameters are, by what a corpus calls them.
    """

    start: tuple[str, ...]
    words: tuple[str, ...]
    parameters: Mapping[str, str]


PROGRAMS = {
    "app": Program((str(APP),), (), {GRID: "x=1,2", LINE: "x=interval(0,1)"}),
    # The program of docs/any_program.md: it has no configuration folder.
    "bowl": Program(
        ("bowl.py",), ("hydra/sweeper=optuna_study",), {GRID: "+x=1,2", LINE: "+x=interval(0,1)"}
    ),
    "train": Program(
        ("-m", "lstm_vae.train"),
        ("experiment=debug",),
        {GRID: "encoder.latent_dim=2,4", LINE: "training.learning_rate=interval(0.001,0.01)"},
    ),
}
FOREIGN = ("app", "bowl")


@dataclass(frozen=True)
class Bad:
    """A command that must be refused.

    Attributes:
        says: a part of the line, which names what is wrong.
        words: the overrides.
        programs: that it means the same to.
        hydras: in a program of somebody else's Hydra refuses it before it has made the sweeper; only
            `lstm_vae` can say it in a line.
        given: files that are there before, by their path; they must be there unchanged afterwards.
    """

    says: str
    words: tuple[str, ...]
    programs: tuple[str, ...] = tuple(PROGRAMS)
    hydras: bool = False
    given: Mapping[str, str] = field(default_factory=dict)

    def arguments(self, program: str) -> list[str]:
        """The whole command line behind `python`."""
        chosen = PROGRAMS[program]
        words = [chosen.parameters.get(word, word) for word in self.words]
        return [*chosen.start, "--multirun", *chosen.words, *words]


def anywhere(says: str, *words: str, given: Mapping[str, str] | None = None) -> Bad:
    """Of any program."""
    return Bad(says, words, given=given or {})


def of_app(says: str, *words: str, given: Mapping[str, str] | None = None) -> Bad:
    """Of the program with a configuration folder that is not ours."""
    return Bad(says, words, ("app",), given=given or {})


def of_train(says: str, *words: str) -> Bad:
    """Of `python -m lstm_vae.train`."""
    return Bad(says, words, ("train",))


def of_hydra(says: str, *words: str, programs: tuple[str, ...] = tuple(PROGRAMS)) -> Bad:
    """Refused by Hydra itself in programs that are not ours."""
    return Bad(says, words, programs, hydras=True)


def python(program: str) -> list[str]:
    """A Python process's own arguments up to the program."""
    return [sys.executable, *PROGRAMS[program].start]
