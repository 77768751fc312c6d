"""All that a sweep is, settled and checked: what its own process and its workers go by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hydra.core.config_search_path import ConfigSearchPath
from omegaconf import DictConfig

from sweeps.plan.fingerprint import Spec
from sweeps.search.budget import Budget
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.space.parameter import Value
from sweeps.study.folder import StudyFolder
from sweeps.study.storage import StorageLocation


@dataclass(frozen=True)
class Plan:
    """All that a sweep is, settled and checked before anything is written.

    Workers get it: it can be pickled, and what is pickled has no password.

    Attributes:
        config: the sweep's configuration, with its folder settled and without passwords.
        search_path: of the program's configuration.
        name: of the study.
        grid: whether it is the full grid.
        warm: combinations to try first.
        first_replicate: what is added to the configuration's seeds for those of the first replicate.
        races: whether a trial reports its replicates, and is stopped when it has lost to another one.
        files: of which configurations are composed, by their paths below the folders that they are in.
    """

    config: DictConfig
    search_path: ConfigSearchPath
    settings: Settings
    space: Space
    spec: Spec
    name: str
    grid: bool
    budget: Budget
    folder: StudyFolder
    storage: StorageLocation
    warm: list[dict[str, Value]]
    files: dict[str, Path]
    first_replicate: int = 0
    races: bool = False
