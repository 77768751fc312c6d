"""A board that a command's argument names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sweeps.errors import SweepError
from sweeps.results import tables
from sweeps.results.at_step import at_step
from sweeps.results.leaderboard import leaderboard
from sweeps.study.finding import FoundStudy, find_study


def board_at(path: str, step: int | None = None) -> pd.DataFrame:
    """Of a study, by its folder, or from a table.

    Args:
        path: of either.
        step: of a study, instead of where trials ended.

    Raises:
        SweepError: there is no board, or none at that step.
    """
    if Path(path).is_dir():
        return board_of(find_study(path), step)
    if step is not None:
        raise SweepError(f"--step={step}: a table has no steps; give the study's folder")
    return tables.read(Path(path))


def board_of(found_study: FoundStudy, step: int | None = None) -> pd.DataFrame:
    """The same of a study that is open already."""
    board: pd.DataFrame = leaderboard(found_study.study, found_study.folder.path)
    return board if step is None else at_step(board, found_study.study.get_trials(deepcopy=False), step)
