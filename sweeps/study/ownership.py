"""Whose a folder is: a study's folder holds that study and nothing else."""

from __future__ import annotations

from sweeps.errors import SweepError
from sweeps.study.finding import read_spec
from sweeps.study.folder import StudyFolder
from sweeps.study.storage import StorageLocation, told_by

# What a study's folder may hold before it has its spec.yaml.
MADE_FIRST = {"study.journal", "study.journal.lock", "conf", "workers", "multirun.yaml"}


def require_own(folder: StudyFolder, study: str, storage: StorageLocation) -> None:
    """Refuses a folder with anything in it that is not this study's; one that is not there is its own.

    Raises:
        SweepError: with what it holds.
    """
    path = folder.path
    if not path.exists():
        return
    if not folder.spec.exists():
        file = storage.file
        own = file.name if file is not None and file.parent == path else None
        names = {entry.name for entry in path.iterdir() if not entry.name.startswith(".")} - MADE_FIRST
        if any(
            own is None or not name.startswith(own) for name in names
        ):  # SQLite makes files beside its own
            raise SweepError(f"hydra.sweep.dir={path}: must be a new or empty folder, or this study's own")
        return
    spec = read_spec(folder)
    if spec["study"] != study:
        raise SweepError(f"hydra.sweep.dir={path}: holds the study {spec['study']}, not {study}")
    _require_its_storage(folder, storage, told_by(str(spec.get("storage") or "study.journal"), path))


def _require_its_storage(
    folder: StudyFolder, asked_location: StorageLocation, kept_location: StorageLocation
) -> None:
    """A folder's trials are those of one study: another storage would begin a second one in it.

    Servers have many names, and a file may be reached by another path, or from another machine only: these
    are not told apart.
    """
    kept_file, asked_file = kept_location.file, asked_location.file
    if asked_file is None and (kept_file is None or not kept_file.exists()):
        return
    if (
        kept_file is not None
        and asked_file is not None
        and (not kept_file.exists() or kept_file.resolve() == asked_file.resolve())
    ):
        return
    raise SweepError(
        f"hydra.sweep.dir={folder.path}: its study is in {kept_location.url}, not in {asked_location.url}; "
        "hydra.sweeper.storage must name that, or hydra.sweep.dir another folder"
    )
