"""The leaderboard: a study's trials in one typed frame, the best first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError
from sweeps.results import records, tables
from sweeps.results.csv_file import cell, cells_of, in_order, read_cells
from sweeps.results.row import PARAMS, Header, header_of, row_of, value_of
from sweeps.study.finding import find_study
from sweeps.study.folder import StudyFolder
from sweeps.study.lineage import superseded
from sweeps.study.objective import fronts
from sweeps.study.trial import is_surplus

FIRST = ("rank", "trial", "state", "value", "low", "high", "replicates")
_ORDER = {"COMPLETE": 0, "PRUNED": 1, "RUNNING": 2, "FAIL": 3}


def study_header(study: Study, folder: Path | None) -> Header:
    """What all rows of a study share, by its first complete trial."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    job_records = records.of_trial(complete[0], folder) if complete else []
    return header_of(study, job_records[0] if job_records else None)


def leaderboard(
    study: Study | str | Path, folder: str | Path | None = None, rebuild: bool = False
) -> pd.DataFrame:
    """A study's trials, ranked.

    Args:
        study: its folder; or Optuna's, opened elsewhere.
        folder: of the latter; without it rows hold what the study itself knows.
        rebuild: read every trial's record again, whatever `trials.csv` has.

    Returns:
        a row a trial that has run, without those that another one has resumed or tried again: `rank` (Int64,
        of COMPLETE trials; of several objectives, the number of the trial's Pareto front), `trial`, `state`,
        `value`, its 95 % interval `low` and `high` and `replicates` where there are some, a column
        `params_<name>` a swept parameter, then what the records have: metrics (their units are the record's)
        and provenance.

    Raises:
        SweepError: there is no study in the folder, or it cannot be read.
    """
    if not isinstance(study, Study):
        found_study = find_study(study)
        return leaderboard(found_study.study, found_study.folder.path, rebuild)
    path = Path(folder) if folder is not None else None
    header = study_header(study, path)
    known_rows = {} if rebuild or path is None else _known_rows(StudyFolder(path).trials)
    rows = []
    trials = study.get_trials(deepcopy=False)
    superseded_numbers = superseded(trials)
    for trial in trials:
        if trial.state == TrialState.WAITING or is_surplus(trial) or trial.number in superseded_numbers:
            continue
        row = known_rows.get(trial.number)
        if row is None or not _agrees(row, trial, header):
            row = cells_of(row_of(trial, header, records.of_trial(trial, path)))  # as a table's are read
        rows.append(row)
    return ranked(_frame(rows, header), header)


def _frame(rows: list[dict[str, str]], header: Header) -> pd.DataFrame:
    order = in_order(rows)
    params = [name for name in order if name.startswith(PARAMS)]
    names = dict.fromkeys([*FIRST, *header.values, *params, *order])
    return tables.typed({name: [row.get(name, "") for row in rows] for name in names})


def _known_rows(path: Path) -> dict[int, dict[str, str]]:
    """The rows of `trials.csv` by trial number; torn ones are left out, and those with what cannot be."""
    if not path.exists():
        return {}
    try:
        names, rows = read_cells(path)
    except SweepError:
        return {}  # it can always be rebuilt from the study and the records
    if "trial" not in names:
        return {}
    position = names.index("trial")
    return {
        int(row[position]): {name: value for name, value in zip(names, row, strict=True) if value}
        for row in rows
        if len(row) == len(names)
        and tables.WHOLE.fullmatch(row[position])
        and all(map(tables.fits, names, row))
    }


def _agrees(row: dict[str, str], trial: FrozenTrial, header: Header) -> bool:
    if row.get("state") != trial.state.name or not trial.state.is_finished():
        return False
    if row.get("objective") != header.objective:
        return False  # a trial that fails before any is complete does not know its name
    if trial.state == TrialState.FAIL:
        return True
    if len(header.objectives) > 1:
        return all(
            row.get(name) == cell(value)
            for name, value in zip(header.values, trial.values or (), strict=True)
        )
    return row.get("value", "") == cell(value_of(trial) if trial.values else None)


def ranked(frame: pd.DataFrame, header: Header) -> pd.DataFrame:
    """The frame with ranks, best first; trials without a rank follow: PRUNED, RUNNING, FAIL."""
    if frame.empty:
        return frame
    complete = frame["state"] == "COMPLETE"
    if len(header.objectives) == 1:
        key = header.objectives[0].cost(frame["value"])
        frame["rank"] = key.where(complete).rank(method="min").astype("Int64")
    else:
        costs = {name: own.cost(frame.loc[complete, name]) for name, own in header.values.items()}
        points = pd.DataFrame(costs)
        frame["rank"] = pd.Series(
            fronts(points.to_numpy().tolist()), index=points.index, dtype="Int64"
        ).reindex(frame.index)
        key = frame["rank"].astype("float64")
    order = pd.DataFrame({"state": frame["state"].map(_ORDER), "key": key, "trial": frame["trial"]})
    order = order.sort_values(["state", "key", "trial"], na_position="last")
    return frame.loc[order.index].reset_index(drop=True)
