"""Studies whose journal a power cut or a full disk has cut short: the same command goes on, and what was
COMPLETE stays so."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import OUTSIDE
from tests.sweeps.conftest import Sweep, command, folder_of, lines, states, trials_of

GRID = "x=0,1,2,3"
SAMPLED = ("x=interval(0,1)", "y=range(0,5)", "hydra.sweeper.n_trials=4")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid and a sampled study that have ended."""
    root = tmp_path_factory.mktemp("finished")
    for name, arguments in (("grid", (GRID,)), ("sampled", SAMPLED)):
        (root / name).mkdir()
        full = command(*arguments, f"events={root}/{name}/events")
        subprocess.run(full, cwd=root / name, env=OUTSIDE, check=True, capture_output=True, timeout=120)
    return root


def outcomes(folder: Path) -> list[tuple[object, ...]]:
    return sorted((tuple(t.params.items()), t.value) for t in trials_of(folder) if t.state.name == "COMPLETE")


@pytest.mark.parametrize(
    "cut", [1, 40, 700, *(pytest.param(cut, marks=pytest.mark.slow) for cut in (9, 90, 150, 1500))]
)
@pytest.mark.parametrize("kind", ["grid", pytest.param("sampled", marks=pytest.mark.slow)])
def test_a_cut_journal_is_mended_and_no_complete_trial_runs_again(
    finished: Path, sweep: Sweep, tmp_path: Path, cut: int, kind: str
) -> None:
    shutil.copytree(finished / kind, tmp_path, dirs_exist_ok=True)
    before = outcomes(tmp_path)
    ended = lines(tmp_path / "events")
    journal = folder_of(tmp_path) / "study.journal"
    data = journal.read_bytes()
    journal.write_bytes(data[:-cut])
    arguments = (GRID,) if kind == "grid" else SAMPLED
    again = sweep(*arguments, f"events={tmp_path}/events")
    assert again.returncode == 0, again.stderr
    assert "Traceback" not in again.stderr
    assert outcomes(tmp_path) == before
    assert lines(tmp_path / "events") == ended  # nothing was run
    assert set(states(trials_of(tmp_path))) == {"COMPLETE"}
    kept = b"".join(path.read_bytes() for path in sorted(journal.parent.glob("study.journal.torn-*")))
    assert data[:-cut].endswith(kept)
    assert sweep(*arguments, f"events={tmp_path}/events").returncode == 0


def test_without_its_result_a_trial_is_run_again(finished: Path, sweep: Sweep, tmp_path: Path) -> None:
    shutil.copytree(finished / "grid", tmp_path, dirs_exist_ok=True)
    before = outcomes(tmp_path)
    folder = folder_of(tmp_path)
    (folder / "3" / "trial.json").write_text('{"study": "torn')
    journal = folder / "study.journal"
    journal.write_bytes(journal.read_bytes()[:-40])
    again = sweep(GRID, f"events={tmp_path}/events")
    assert again.returncode == 0, again.stderr
    assert outcomes(tmp_path) == before
    assert len(lines(tmp_path / "events")) == 10


def test_a_result_is_also_found_in_the_jobs_record(finished: Path, sweep: Sweep, tmp_path: Path) -> None:
    shutil.copytree(finished / "grid", tmp_path, dirs_exist_ok=True)
    folder = folder_of(tmp_path)
    value = next(trial.value for trial in trials_of(tmp_path) if trial.number == 3)
    (folder / "3" / "trial.json").unlink()
    record = {"state": "COMPLETE", "objective": {"value": value, "direction": "minimize"}}
    (folder / "3" / "record.json").write_text(json.dumps(record))
    journal = folder / "study.journal"
    journal.write_bytes(journal.read_bytes()[:-40])
    assert sweep(GRID, f"events={tmp_path}/events").returncode == 0
    assert len(lines(tmp_path / "events")) == 8
    assert [t.value for t in trials_of(tmp_path) if t.number == 3] == [value]


def test_boards_equal_a_rebuild_after_damage(finished: Path, sweep: Sweep, tmp_path: Path) -> None:
    shutil.copytree(finished / "sampled", tmp_path, dirs_exist_ok=True)
    folder = folder_of(tmp_path)
    table = folder / "trials.csv"
    table.write_bytes(table.read_bytes()[:-30])
    assert sweep(*SAMPLED, f"events={tmp_path}/events").returncode == 0
    rows = lines(table)
    assert len(rows) == 5
    assert {len(row.split(",")) for row in rows} == {len(rows[0].split(","))}


def test_a_missing_row_is_put_where_it_belongs(finished: Path, sweep: Sweep, tmp_path: Path) -> None:
    shutil.copytree(finished / "sampled", tmp_path, dirs_exist_ok=True)
    table = folder_of(tmp_path) / "trials.csv"
    before = table.read_text()
    rows = before.splitlines(keepends=True)
    table.write_text("".join([rows[0], *rows[2:]]))
    assert sweep(*SAMPLED, f"events={tmp_path}/events").returncode == 0
    assert table.read_text() == before
