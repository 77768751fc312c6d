"""Checkpoints are deleted, after a question."""

from __future__ import annotations

from pathlib import Path

from sweeps.study.notes import note_job
from sweeps.study.trial import Cause, Job
from tests.sweeps.commands.conftest import Tool
from tests.sweeps.parts import end
from tests.sweeps.plans import opened, plan_of


def test_gc_deletes_only_what_it_shows_and_only_when_told(tool: Tool, study: Path) -> None:
    asked = tool("gc", study, "--keep", "2")
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert (study / "0" / "checkpoints").exists()
    result = tool("gc", study, "--keep", "2", "--yes")
    assert result.returncode == 0, result.stderr
    assert "4 folders, 2.0 MiB" in result.stdout
    kept = [number for number in range(6) if (study / str(number) / "checkpoints").exists()]
    assert kept == [1, 3]
    assert all((study / str(number) / "kept").exists() for number in range(6))
    assert "nothing to delete" in tool("gc", study, "--keep", "2", "--yes").stdout


def test_what_a_trial_that_was_cut_off_will_go_on_from_stays(tool: Tool, tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "s", "x=1,2")
    study = opened(plan)
    for number, cause in enumerate((Cause.RAISED, Cause.INTERRUPTED)):
        trial = study.ask()
        note_job(study._storage, trial._trial_id, Job(folder=str(number)))
        (plan.folder.path / str(number) / "checkpoints").mkdir(parents=True)
        end(study, trial, cause)
    result = tool("gc", plan.folder.path, "--yes")
    assert result.returncode == 0, result.stderr
    kept = [(plan.folder.path / name / "checkpoints").exists() for name in ("0", "1")]
    assert kept == [False, True]
