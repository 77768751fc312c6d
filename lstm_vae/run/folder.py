"""What a run leaves and where; how a new folder is claimed so that no two runs ever share one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lstm_vae.atomic import copy_file, remove_partials, replacing, yaml_of
from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import RunFailedError, UserError
from lstm_vae.tracking.tracker import EVENTS


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def record(self) -> Path:
        return self.path / "record.json"

    @property
    def history(self) -> Path:
        return self.path / "history.csv"

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def last(self) -> Path:
        return self.path / "checkpoints" / "last.npz"

    @property
    def best(self) -> Path:
        return self.path / "checkpoints" / "best.weights.h5"

    @property
    def model(self) -> Path:
        return self.path / "model.keras"

    @property
    def figures(self) -> Path:
        return self.path / "figures"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"

    @property
    def tensorboard(self) -> Path:
        return self.path / EVENTS

    def set_aside(self) -> None:
        """Keeps copies of the record and the model of an earlier part of a resumed run, as record.1.json and
        model.1.keras, record.2.json, ...: the record itself is written anew next, and then the model goes."""
        number = next_number(self.path, "record.*.json")
        if self.model.exists():
            copy_file(self.model, self.path / f"model.{number}.keras")
        if self.record.exists():
            copy_file(self.record, self.path / f"record.{number}.json")

    def write_config(self, config: RunConfig) -> None:
        """Writes `config.yaml`: every field, as `RunConfig.from_mapping` takes them."""
        with replacing(self.config) as partial:
            partial.write_text(yaml.safe_dump(config.to_mapping(), sort_keys=False), encoding="utf-8")

    def read_config(self) -> RunConfig:
        """Reads `config.yaml`.

        Raises:
            UserError: this is no run's folder, or its configuration is damaged.
        """
        if not self.path.is_dir():
            raise UserError(f"{self.path}: no such run folder")
        try:
            values = yaml_of(self.config)
        except FileNotFoundError:
            raise UserError(f"{self.path}: not a run's folder (it has no config.yaml)") from None
        except OSError as error:
            raise UserError(f"{self.config}: cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise UserError(f"{self.config}: cannot be read ({error})") from None
        if not isinstance(values, dict):
            raise UserError(f"{self.config}: not a run's configuration")
        return RunConfig.from_mapping(_as_it_was(values))


def _as_it_was(values: dict[str, Any]) -> dict[str, Any]:
    """A configuration of an earlier version: what there was no field for is what that version did."""
    for name, field, value in (("encoder", "initial_mean_std", None), ("training", "relocation", 0.0)):
        section = values.get(name)
        if isinstance(section, dict) and field not in section:
            values = {**values, name: {**section, field: value}}
    return values


def next_number(folder: Path, pattern: str) -> int:
    """The number after the highest that stands for the `*` of a pattern among a folder's names; deleted ones
    do not come again."""
    before, _, after = pattern.partition("*")
    numbers = [path.name.removeprefix(before).removesuffix(after) for path in folder.glob(pattern)]
    return 1 + max((int(number) for number in numbers if number.isdecimal()), default=0)


@contextmanager
def sole_user(folder: RunFolder) -> Iterator[None]:
    """Within it, this process is the only one that works on the run.

    Raises:
        UserError: another process does. A process that died leaves no claim behind.
        RunFailedError: the folder cannot be written.
    """
    from filelock import FileLock  # 40 ms, which commands that only read need not take

    lock = FileLock(folder.lock)
    try:
        lock.acquire(blocking=False)
    except TimeoutError:
        raise UserError(f"{folder.path}: another process works on this run") from None
    except OSError as error:
        raise RunFailedError(f"{folder.path}: cannot be written ({error.strerror})") from None
    try:
        remove_partials(folder.path, of_all=True)
        yield
    finally:
        lock.release()


def claim(folder: Path, field: str = "hydra.run.dir") -> Path:
    """Makes a new folder of that name, or of that name with -2, -3, ... behind it where it exists.

    Making it is the claim: of several processes that try a name at once, one gets it.

    Raises:
        UserError: no folder can be made there.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            candidate = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
            try:
                candidate.mkdir()
            except FileExistsError:
                continue
            return candidate
    except OSError as error:
        raise UserError(f"{field}={folder}: cannot be made ({error.strerror})") from None
    raise AssertionError("unreachable")


def claim_named(folder: Path, field: str = "hydra.run.dir") -> Path:
    """Makes the folder that the user named; it may exist if it is empty.

    Raises:
        UserError: it has something in it, or cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(
                f"{field}={folder}: must be a new or empty folder; training.resume=RUN goes on with a "
                "stopped run"
            )
    except OSError as error:
        raise UserError(f"{field}={folder}: cannot be made ({error.strerror})") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"{field}={folder}: cannot be written")
    return folder
