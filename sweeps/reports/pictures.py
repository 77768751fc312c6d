"""The pictures that a study's best trials have left in their folders, side by side."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optuna.trial import FrozenTrial

from sweeps.reports.content import Content
from sweeps.study.trial import TrialView
from sweeps.terminal.wording import shown_params

LARGEST = 2_000_000  # bytes of a picture; a larger one is left out
MOST = 12  # names
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class PicturedTrial:
    """A trial at the head of a column."""

    number: int
    label: str
    value: float | None


@dataclass(frozen=True)
class PictureRow:
    """Pictures of one name, as data URLs; None where a trial has none.

    Attributes:
        name: of the file, without its ending.
    """

    name: str
    images: tuple[str | None, ...]


@dataclass(frozen=True)
class Pictures:
    """All of them."""

    trials: tuple[PicturedTrial, ...]
    rows: tuple[PictureRow, ...]


def pictures_of(content: Content, n_trials: int) -> Pictures:
    """The PNG files in the folders of the best trials, or of their first replicates, and in the folder
    `figures` there."""
    found = [(trial, _pictures(trial, content.path)) for trial in content.top[:n_trials]]
    found = [(trial, own) for trial, own in found if own]
    names = list(dict.fromkeys(name for _, own in found for name in own))[:MOST]
    rows = [
        PictureRow(name, tuple(_url(own[name]) if name in own else None for _, own in found))
        for name in names
    ]
    return Pictures(
        tuple(
            PicturedTrial(trial.number, shown_params(trial.params), trial.values[0] if trial.values else None)
            for trial, _ in found
        ),
        tuple(row for row in rows if any(row.images)),
    )


def _pictures(trial: FrozenTrial, root: Path) -> dict[str, Path]:
    """By name, in the order of names."""
    folders: Sequence[str] = TrialView(trial).folders[:1]
    paths = [
        path
        for own in folders
        for place in (root / own, root / own / "figures")
        for path in sorted(place.glob("*.png"))
    ]
    # A study that was sent may have links to anywhere.
    inside = [path for path in paths if path.resolve().is_relative_to(root.resolve())]
    return {path.stem: path for path in inside if path.is_file() and path.stat().st_size <= LARGEST}


def _url(path: Path) -> str | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if not content.startswith(PNG):
        return None
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
