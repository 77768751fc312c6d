"""Many examples of files that were sent, drawn by a seed: what the tests take some of and `python -m
tests.hostile` takes any number of."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.hostile import mutation, runs, studies, values
from tests.hostile.watching import Place, place_for

NESTED = ("study.journal", "study.journal", "spec.yaml", "0/record.json", "0/trial.json")
# What each file of a study is read by, where that is not every command.
READERS = {
    "spec.yaml": ("status", "list", "best", "gc"),
    "trials.csv": ("leaderboard", "csv", "rebuild", "compare folder", "export"),
    "leaderboard.csv": ("compare board", "leaderboard"),
    "0/record.json": ("leaderboard", "rebuild", "export", "list", "json", "markdown"),
    "0/trial.json": ("leaderboard", "status", "gc"),
}

RUN_READERS = {
    "config.yaml": ("load", "resume"),
    "record.json": ("evaluate", "resume"),
    "history.csv": ("resume",),
    "checkpoints/last.npz": ("resume",),
    "model.keras": ("load",),
}


@dataclass(frozen=True)
class Example:
    """A file that was sent, and what came of it.

    Attributes:
        what: was done to which file.
        wrong: what commands did that they must not.
    """

    what: str
    wrong: list[str]


class Campaign:
    """Tries examples.

    Args:
        root: an empty folder to work in.
        study: a real one.
        run: a real one; None leaves runs out, and TensorFlow with them.
    """

    def __init__(self, root: Path, study: Path, run: Path | None = None) -> None:
        self._root, self._study, self._run = root, study, run
        self._clean = root / "clean.csv"
        shutil.copy(study / "leaderboard.csv", self._clean)

    def study_with(self, what: str, change: Callable[[Place], None], names: tuple[str, ...] = ()) -> Example:
        """Changes a copy of the study and has all commands, or those named, read it."""
        return self._tried(self._study, what, change, lambda place: studies.wrongs(place, self._clean, names))

    def run_with(self, what: str, change: Callable[[Place], None], names: tuple[str, ...] = ()) -> Example:
        """Likewise of the run."""
        assert self._run is not None
        return self._tried(self._run, what, change, lambda place: runs.wrongs(place, names))

    def _tried(
        self, original: Path, what: str, change: Callable[[Place], None], judged: Callable[[Place], list[str]]
    ) -> Example:
        root = self._root / "place"
        place = place_for(root, original)
        try:
            change(place)
            return Example(what, judged(place))
        finally:
            shutil.rmtree(root)

    def mutated(self, name: str, mutations: list[mutation.Mutation]) -> Example:
        """A file of the study with some bytes changed."""

        def change(place: Place) -> None:
            path = place.sent / name
            path.write_bytes(mutation.mutated(path.read_bytes(), mutations))

        return self.study_with(f"{name}: {mutations}", change, READERS.get(name, ()))

    def mutated_run(self, name: str, mutations: list[mutation.Mutation]) -> Example:
        """A file of the run with some bytes changed."""

        def change(place: Place) -> None:
            path = place.sent / name
            path.write_bytes(mutation.mutated(path.read_bytes(), mutations))

        return self.run_with(f"{name}: {mutations}", change, RUN_READERS[name])

    def replaced(self, name: str, kind: str) -> Example:
        """Another thing in the place of a file of the study."""
        return self.study_with(f"{name}: {kind}", lambda place: mutation.replace_by(place.sent / name, kind))

    def misplaced(self, name: str, generator: random.Random) -> Example:
        """A value where another one belongs, in a JSON or YAML file of the study, or in a line of its
        journal."""
        original = self._study / name
        lines = values.lines_of(original) if name.endswith(".journal") else None
        number = generator.randrange(len(lines)) if lines is not None else 0
        base = lines[number] if lines is not None else yaml.safe_load(original.read_text(encoding="utf-8"))
        path = generator.choice(list(values.places(base)))
        new, how = generator.choice(values.VALUES), generator.choice(values.HOWS)
        changed = values.put(base, path, new, how)

        def change(place: Place) -> None:
            target = place.sent / name
            if lines is not None:
                own = copy.copy(lines)
                own[number] = changed
                values.write_lines(target, own)
            else:
                _write(target, changed)

        return self.study_with(f"{name}: {how} {number} {path} {new!r:.80}", change, READERS.get(name, ()))

    def misplaced_run(self, name: str, generator: random.Random) -> Example:
        """Likewise in a file of the run."""
        assert self._run is not None
        base = yaml.safe_load((self._run / name).read_text(encoding="utf-8"))
        path = generator.choice(list(values.places(base)))
        new, how = generator.choice(values.VALUES), generator.choice(values.HOWS)
        changed = values.put(base, path, new, how)
        return self.run_with(
            f"{name}: {how} {path} {new!r:.80}",
            lambda place: _write(place.sent / name, changed),
            RUN_READERS[name],
        )

    def drawn(self, count: int, seed: int) -> Iterator[Example]:
        """So many examples, of the study and, where there is one, of the run in turns."""
        generator = random.Random(seed)
        for number in range(count):
            of_run, by_bytes = self._run is not None and number % 4 == 3, generator.random() < 0.5
            if of_run and by_bytes:
                yield self.mutated_run(generator.choice(runs.FILES), mutation.drawn(generator))
            elif of_run:
                yield self.misplaced_run(generator.choice(("config.yaml", "record.json")), generator)
            elif by_bytes:
                yield self.mutated(generator.choice(studies.FILES), mutation.drawn(generator))
            else:
                yield self.misplaced(generator.choice(NESTED), generator)


def _write(path: Path, value: Any) -> None:
    text = json.dumps(value) if path.suffix == ".json" else yaml.dump(value)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
