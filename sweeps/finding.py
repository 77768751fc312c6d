"""Finding studies that exist: by their folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.study import Study

from sweeps.errors import SweepError, one_line
from sweeps.storage import told_by
from sweeps.study_folder import StudyFolder


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
    storage = told_by(str(spec.get("storage") or "study.journal"), folder.path)
    if not storage.exists():
        raise SweepError(
            f"{storage.file}: the study's {'journal' if storage.journal else 'database'} is missing"
        )
    try:
        study = optuna.load_study(study_name=str(spec["study"]), storage=storage.open())
    except (KeyError, ValueError) as error:
        raise SweepError(f"{storage.url}: holds no study {spec['study']} ({one_line(error, 200)})") from None
    return FoundStudy(study, folder, spec)


def read_spec(folder: StudyFolder) -> dict[str, Any]:
    """`spec.yaml` of a study's folder.

    Raises:
        SweepError: it is missing or damaged.
    """
    try:
        spec = yaml.safe_load(folder.spec.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SweepError(f"{folder.path}: not a study's folder (it has no spec.yaml)") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SweepError(f"{folder.spec}: cannot be read ({one_line(error, 200)})") from None
    if not isinstance(spec, dict) or "study" not in spec:
        raise SweepError(f"{folder.spec}: not a study's specification")
    return spec


def studies_below(root: Path) -> Iterator[StudyFolder]:
    """The folders of all studies below a folder; studies do not hold studies."""
    if (root / "spec.yaml").is_file() and (root / "workers").is_dir():
        yield StudyFolder(root)
        return
    try:
        below = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return
    for path in below:
        yield from studies_below(path)
