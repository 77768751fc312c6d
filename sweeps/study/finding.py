"""Finding studies that exist: by their folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.study import Study

from sweeps.errors import SweepError
from sweeps.study.folder import FINALS, StudyFolder
from sweeps.study.origin import origin
from sweeps.study.soundness import require_sound
from sweeps.system import received
from sweeps.text import one_line


@dataclass(frozen=True)
class FoundStudy:
    """A study and its folder.

    Attributes:
        study: Optuna's.
        folder: its own.
        spec: what it searches, as `spec.yaml` has it.
    """

    study: Study
    folder: StudyFolder
    spec: dict[str, Any]


def find_study(where: str | Path) -> FoundStudy:
    """The study of a folder.

    Raises:
        SweepError: there is no such folder, it is no study's, or its storage cannot be read.
    """
    folder = StudyFolder(Path(where).absolute())
    if not folder.path.is_dir():
        raise SweepError(f"{where}: no such folder")
    spec = read_spec(folder)
    name = str(spec["study"])
    location = origin(folder.path, spec.get("storage"), name)
    storage = location.url
    try:
        study = optuna.load_study(study_name=name, storage=location.open())
    except (KeyError, ValueError) as error:
        raise SweepError(f"{storage}: holds no study {one_line(name, 80)} ({one_line(error, 200)})") from None
    except SweepError:
        raise
    except Exception as error:  # a storage lets through whatever its libraries raise
        raise SweepError(f"{storage}: cannot be read ({location._said(error)})") from None
    require_sound(study, storage)
    return FoundStudy(study, folder, spec)


def read_spec(folder: StudyFolder) -> dict[str, Any]:
    """`spec.yaml` of a study's folder.

    Raises:
        SweepError: it is missing or damaged.
    """
    try:
        spec = received.yaml_of(folder.spec)
    except FileNotFoundError:
        raise SweepError(f"{folder.path}: not a study's folder (it has no spec.yaml)") from None
    except OSError as error:
        raise SweepError(f"{folder.spec}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise SweepError(f"{folder.spec}: cannot be read ({one_line(error, 200)})") from None
    if not isinstance(spec, dict) or not isinstance(spec.get("study"), str):
        raise SweepError(f"{folder.spec}: not a study's specification")
    return spec


def studies_below(root: Path) -> Iterator[StudyFolder]:
    """The folders of all studies below a folder, each once, whatever links there are; studies hold no other
    studies than their finals."""
    seen_ids: set[tuple[int, int]] = set()
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            state = folder.stat()
            if (state.st_dev, state.st_ino) in seen_ids:
                continue
            seen_ids.add((state.st_dev, state.st_ino))
            if (folder / "spec.yaml").is_file() and (folder / "workers").is_dir():
                yield StudyFolder(folder)
                pending += [folder / FINALS]
                continue
            below = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
            pending += [path for path in reversed(below) if path.is_dir()]
        except OSError:  # nobody may look into it
            continue
