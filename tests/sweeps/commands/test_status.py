"""How a study stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from sweeps.study.notes import note_job
from sweeps.study.trial import Job
from tests.sweeps.commands.conftest import Tool


def test_status_counts_and_names_the_best(tool: Tool, study: Path) -> None:
    result = tool("status", study)
    assert result.returncode == 0, result.stderr
    assert "4 complete, 0 pruned, 2 failed, 0 tried again, 0 running, 0 waiting" in result.stdout
    assert "best: -0.666667 (trial 3) x=0.3 shape=wide" in result.stdout


def test_status_tells_what_runs_and_how_long_the_rest_takes(tool: Tool, tmp_path: Path, study: Path) -> None:
    study = Path(shutil.copytree(study, tmp_path / "study"))
    journal = JournalStorage(JournalFileBackend(str(study / "study.journal")))
    (summary,) = optuna.get_all_study_summaries(journal)
    found = optuna.load_study(study_name=summary.study_name, storage=journal)
    trial = found.ask()
    note_job(found._storage, trial._trial_id, Job(worker=5, machine="elsewhere"))
    trial.report(0.25, 3)
    result = tool("status", study)
    assert result.returncode == 0, result.stderr
    assert "  running: trial 6: step 3, 0.25, " in result.stdout
    assert "  1 trial left: a moment, 1 at a time" in result.stdout


@pytest.mark.parametrize("seconds", ["inf", "nan", "1e300", "-1", "soon"])
def test_a_watch_is_at_times_that_come(tool: Tool, study: Path, seconds: str) -> None:
    result = tool("status", study, f"--watch={seconds}")
    assert result.returncode == 2
    assert "must be a number of seconds, 0 to 86400" in result.stderr
