"""Whole sweeps with finals: the search, then its best with fresh seeds, stopped, gone on with, joined."""

from __future__ import annotations

import shlex
import signal
from pathlib import Path

import pandas as pd
import pytest
from optuna.trial import FrozenTrial, TrialState

from sweeps.results import tables
from sweeps.study.trial import TrialView
from tests.sweeps.conftest import (
    BASIC_OFTEN,
    JOBLIB,
    Start,
    Sweep,
    folder_of,
    lines,
    states,
    study_in,
    wait_for,
)
from tests.sweeps.shell import tool

# In `y` a run of x = 0 to 3 costs (x - 0.3)^2 + (y - 2)^2: 0 is best, then 1, with any seed.
WORDS = (
    "x=0,1,2,3",
    "y=2",
    "hydra.sweeper.seed_key=y",
    "hydra.sweeper.finalists=3",
    "hydra.sweeper.final_replicates=4",
)


def board(folder: Path) -> pd.DataFrame:
    return tables.read(folder / "leaderboard.csv")


def finalists(place: Path) -> list[FrozenTrial]:
    """So far: none before the finals' study is in its journal."""
    journals = list((place / "results").glob("*/finals/study.journal"))
    try:
        return [trial for journal in journals for trial in study_in(journal.parent).trials]
    except ValueError:
        return []


@BASIC_OFTEN
def test_the_best_run_again_and_who_loses_stops(
    sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    result = sweep(*WORDS, *launcher)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    folder = folder_of(tmp_path)
    finals = study_in(folder / "finals")
    assert [trial.params["x"] for trial in finals.trials] == [0, 1, 2]
    assert sorted(states(finals.trials)) == ["COMPLETE", "PRUNED", "PRUNED"]
    best = finals.best_trial
    assert best.params == {"x": 0}
    # Seeds 3 to 6: the search has had 2.
    assert TrialView(best).seeds == {"y": 3}
    assert TrialView(best).replicates == [0.09 + (y - 2) ** 2 + 1 / 3 for y in (3, 4, 5, 6)]
    assert "finals: the best 3, up to 4 seeds each" in result.stdout
    assert "lost to trial 0: worse by" in result.stdout
    rows = board(folder / "finals")
    assert list(rows["state"]) == ["COMPLETE", "PRUNED", "PRUNED"]
    stopped = rows[rows["params_x"] == 1].iloc[0]
    values = [float(value) for value in stopped["replicates"].split()]
    assert len(values) < 4
    assert stopped["value"] == sum(values) / len(values)
    assert len(board(folder)) == 4  # the search's own
    commands = tool(tmp_path, "best", folder / "finals").stdout.splitlines()
    assert commands[0].endswith(", from 4 runs")
    assert [shlex.split(line)[-1] for line in commands[1:]] == ["y=3", "y=4", "y=5", "y=6"]
    assert f"  again, the first of its 4 runs: {commands[1]}" in result.stdout.splitlines()
    status = tool(tmp_path, "status", folder / "finals")
    assert status.returncode == 0, status.stderr
    before = lines(folder / "finals" / "trials.csv")
    again = sweep(*WORDS, *launcher)
    assert again.returncode == 0, again.stderr
    assert lines(folder / "finals" / "trials.csv") == before


def test_a_combination_that_failed_keeps_no_other_from_its_finals(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep(*WORDS, "trouble=raise", "trouble_at=3")
    assert result.returncode == 1
    assert "combinations that failed are left" in result.stdout
    finals = study_in(folder_of(tmp_path) / "finals")
    assert [trial.params["x"] for trial in finals.trials] == [0, 1, 2]
    assert finals.best_trial.params == {"x": 0}


@pytest.mark.slow
def test_a_search_that_has_ended_can_have_finals_and_more_of_them_later(sweep: Sweep, tmp_path: Path) -> None:
    search = tuple(word for word in WORDS if "final" not in word)
    assert sweep(*search).returncode == 0
    folder = folder_of(tmp_path)
    assert not (folder / "finals").exists()
    assert sweep(*search, "hydra.sweeper.finalists=1", "hydra.sweeper.final_replicates=2").returncode == 0
    assert states(study_in(folder / "finals").trials) == ["COMPLETE"]
    assert sweep(*search, "hydra.sweeper.finalists=2", "hydra.sweeper.final_replicates=2").returncode == 0
    trials = study_in(folder / "finals").trials
    assert [trial.params["x"] for trial in trials] == [0, 1]
    # Other seeds are another question: refused, and nothing is changed.
    result = sweep(*search, "hydra.sweeper.finalists=2", "hydra.sweeper.final_replicates=3")
    assert result.returncode == 2
    assert result.stderr.startswith("error: study ")
    assert "objective.replicates: 2 -> 3" in result.stderr
    assert len(study_in(folder / "finals").trials) == 2


def test_finals_that_were_stopped_go_on(sweep: Sweep, start: Start, tmp_path: Path) -> None:
    events = tmp_path / "events"
    process = start(*WORDS, "seconds=0.1", f"events={events}")

    def runs() -> bool:
        return any(
            trial.state == TrialState.RUNNING and len(trial.intermediate_values) > 1
            for trial in finalists(tmp_path)
        )

    wait_for(runs)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    result = sweep(*WORDS, "seconds=0.1", f"events={events}")
    assert result.returncode == 0, result.stderr
    finals = study_in(folder_of(tmp_path) / "finals")
    done = [trial for trial in finals.trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    assert sorted(trial.params["x"] for trial in done) == [0, 1, 2]
    assert finals.best_trial.params == {"x": 0}
    # No seed that had ended runs again: one of the search, four of the finals.
    assert sum(line.startswith("end") and line.endswith(" 0") for line in lines(events)) == 5
    assert len(board(folder_of(tmp_path) / "finals").iloc[0]["replicates"].split()) == 4


def test_who_lost_to_one_that_fails_for_good_goes_on(start: Start, sweep: Sweep, tmp_path: Path) -> None:
    """0 is ahead of 1, which is stopped; then 0 fails with its last seed."""
    go, events = tmp_path / "go", tmp_path / "events"
    trouble = ("trouble=raise", "trouble_at=0", "trouble_y=6", f"trouble_when={go}")
    words = (*WORDS, *trouble, "slow_at=1", "seconds=0.2", f"events={events}", *JOBLIB)
    process = start(*words)

    def has_lost() -> bool:
        return any(
            trial.state == TrialState.PRUNED and trial.params["x"] == 1 for trial in finalists(tmp_path)
        )

    wait_for(has_lost)
    go.touch()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1, errors
    folder = folder_of(tmp_path) / "finals"
    finals = study_in(folder)
    assert finals.best_trial.params == {"x": 1}
    lost = next(trial for trial in finals.trials if trial.params == {"x": 1})
    assert TrialView(lost).lost_to == 0
    again = finals.best_trial
    assert TrialView(again).replicates == [0.49 + (y - 2) ** 2 + 1 / 3 for y in (3, 4, 5, 6)]
    kept = len(lost.intermediate_values)
    assert f"trial {again.number}: {kept} of 4 replicates had ended before" in output
    # No seed runs twice: one of the search, four of the finals.
    assert sum(line.startswith("end") and line.endswith(" 1") for line in lines(events)) == 5
    rows = board(folder)
    assert rows["params_x"].iloc[0] == 1
    assert len(rows) == 3  # each finalist once
    before = lines(folder / "trials.csv")
    assert sweep(*words).returncode == 1
    assert lines(folder / "trials.csv") == before


@pytest.mark.slow
def test_two_shells_share_the_finals(start: Start, tmp_path: Path) -> None:
    shells = [start(*WORDS, "seconds=0.02", *JOBLIB) for _ in range(2)]
    for shell in shells:
        _, errors = shell.communicate(timeout=120)
        assert shell.returncode == 0, errors
    finals = study_in(folder_of(tmp_path) / "finals")
    done = [trial for trial in finals.trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    assert sorted(trial.params["x"] for trial in done) == [0, 1, 2]


def test_a_search_that_fails_has_no_finals(sweep: Sweep, tmp_path: Path) -> None:
    result = sweep(*WORDS, "trouble=raise", "hydra.sweeper.max_failures=0")
    assert result.returncode == 1
    assert not (folder_of(tmp_path) / "finals").exists()


@pytest.mark.slow
def test_finals_compare_with_finals(sweep: Sweep, tmp_path: Path) -> None:
    sweep(*WORDS, "hydra.sweeper.study_name=one")
    sweep(*WORDS, "hydra.sweeper.study_name=two", "shape=wide")
    folders = [tmp_path / "results" / name / "finals" for name in ("one", "two")]
    result = tool(tmp_path, "compare", *folders)
    assert result.returncode == 0, result.stderr
