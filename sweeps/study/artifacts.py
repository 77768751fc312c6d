"""Files of trials that Optuna keeps with the study, and optuna-dashboard shows: its artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna.trial import Trial


def keep_artifacts(store: Path, trial: Trial, folder: Path, patterns: Sequence[str]) -> None:
    """Copies what a trial's job has left into the study's store of artifacts, and notes it in the trial.

    Args:
        store: the folder; made where it is missing.
        trial: which has not been told yet.
        folder: of the job.
        patterns: of paths below it.

    Raises:
        OSError: a file cannot be read or written.
    """
    paths = list(_matching(folder, patterns))
    if not paths:
        return
    store.mkdir(exist_ok=True)
    target = FileSystemArtifactStore(store)
    for path in paths:
        upload_artifact(artifact_store=target, file_path=str(path), study_or_trial=trial)


def _matching(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """Files, each once, in the order of the patterns and of their names."""
    found = [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]
    yield from dict.fromkeys(found)
