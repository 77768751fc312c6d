"""Stopped trials that go on after all: whole sweeps of a program that can, and of one that starts again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import FrozenTrial, TrialState

import sweeps
from sweeps.results import tables
from sweeps.study import attributes
from sweeps.study.lineage import latest
from sweeps.study.trial import TrialView
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import JOBLIB, lines, states, study_in

PROGRAM = Path(__file__).parents[1] / "program" / "steps.py"
Run = Callable[..., "subprocess.CompletedProcess[str]"]
# Trials come in the order of their worth, so each but the first is stopped at its first rung (after step 1),
# and becomes one of the best half when enough worse ones have come.
WORSE_AND_WORSE = "hydra.sweeper.enqueue=[" + ",".join(f"{{x:{x}}}" for x in range(1, 9)) + "]"

SAMPLED = "+x=interval(1,9)", WORSE_AND_WORSE, "hydra/sweeper/optuna_study/sampler=random"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def start(
        name: str, *arguments: str, searched: Sequence[str] = SAMPLED, pruner: str = "successive_halving"
    ) -> Any:
        return subprocess.run(
            [
                sys.executable, str(PROGRAM), "--multirun", "hydra/sweeper=optuna_study",
                "hydra.sweeper.study_name=s", f"hydra.sweep.dir={tmp_path}/{name}",
                "hydra/job_logging=none", "hydra/hydra_logging=none", f"+events={tmp_path}/{name}.events",
                *searched, f"hydra/sweeper/optuna_study/pruner={pruner}",
                "hydra.sweeper.pruner.min_resource=1", "hydra.sweeper.pruner.reduction_factor=2",
                "hydra.sweeper.ignore=[events,once,forgets]",
                *arguments,
            ],
            cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    return start


def told(trials: list[FrozenTrial]) -> list[Any]:
    """What trials are, without times and places."""
    return [
        (t.number, t.params, t.state, t.value, t.intermediate_values, TrialView(t).resumes) for t in trials
    ]


def goes_on(trials: list[FrozenTrial]) -> list[tuple[int, int]]:
    """Who goes on with whom."""
    return [(t.number, held.trial) for t in trials if (held := TrialView(t).resumes) is not None]


def test_a_stopped_trial_goes_on_where_it_was_stopped_and_nothing_runs_twice(
    run: Run, tmp_path: Path
) -> None:
    result = run("sweep", "hydra.sweeper.can_continue=true", "hydra.sweeper.n_trials=8")
    assert (result.returncode, result.stderr) == (0, "")
    trials = study_in(tmp_path / "sweep").trials
    # The algorithm by hand; the eight that are enqueued have the first numbers. After the 4th of a rung its
    # 2nd goes on, after the 6th its 3rd, and so on; of the four that have come to the second rung by then,
    # the 2nd goes on to the third.
    assert [t.params["x"] for t in trials] == [1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 4, 2]
    assert goes_on(trials) == [(8, 1), (9, 2), (10, 3), (11, 8)]
    assert [len(t.intermediate_values) for t in trials] == [9, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 4]
    assert states(trials) == ["COMPLETE", *["PRUNED"] * 11]
    done = Counter(lines(tmp_path / "sweep.events"))
    assert set(done.values()) == {1}
    assert {int(line.split()[1]) for line in done if line.startswith("2 ")} == {1, 2, 3, 4}
    assert "trial 11: goes on with trial 8, which was stopped at step 2" in result.stdout.splitlines()
    assert "4 promoted" in result.stdout
    # What was stopped is left as it was; what went on has the whole curve.
    assert json.loads((tmp_path / "sweep/1/state.json").read_text())["step"] == 1
    for step, value in trials[11].intermediate_values.items():
        assert value == pytest.approx(2 * sum(1 / s for s in range(1, step + 1)), rel=1e-12)


def test_the_board_has_every_configuration_once(run: Run, tmp_path: Path) -> None:
    run("sweep", "hydra.sweeper.can_continue=true", "hydra.sweeper.n_trials=8")
    study = study_in(tmp_path / "sweep")
    board = sweeps.leaderboard(study, tmp_path / "sweep")
    assert sorted(board["params_x"]) == list(range(1, 9))
    assert set(board["trial"]) == {0, 4, 5, 6, 7, 9, 10, 11}
    assert board.set_index("trial")["continues"].dropna().to_dict() == {9: 2, 10: 3, 11: 8}
    assert tables.read(tmp_path / "sweep/leaderboard.csv").equals(board)
    assert len(lines(tmp_path / "sweep/trials.csv")) == 1 + 12  # what has happened, in the order of it


def test_four_and_then_eight_are_the_eight_of_one_go(run: Run, tmp_path: Path) -> None:
    drawn = "hydra.sweeper.can_continue=true", "hydra.sweeper.enqueue=[{x:2},{x:3},{x:4}]"
    run("parts", *drawn, "hydra.sweeper.n_trials=4")
    run("parts", *drawn, "hydra.sweeper.n_trials=8")
    run("parts", *drawn, "hydra.sweeper.n_trials=12")
    run("whole", *drawn, "hydra.sweeper.n_trials=12")
    one, other = (study_in(tmp_path / name).trials for name in ("parts", "whole"))
    assert told(one) == told(other)
    assert len(latest(one)) == 12
    assert goes_on(one)


@pytest.mark.slow
def test_a_program_that_starts_again_comes_to_the_same(run: Run, tmp_path: Path) -> None:
    run("one", "hydra.sweeper.can_continue=true", "hydra.sweeper.n_trials=8")
    again = run("other", "hydra.sweeper.promote=true", "+forgets=true", "hydra.sweeper.n_trials=8")
    assert (again.returncode, again.stderr) == (0, "")
    one, other = (study_in(tmp_path / name).trials for name in ("one", "other"))
    assert told(one) == told(other)
    assert Counter(lines(tmp_path / "other.events"))["2 1"] == 3


def test_nothing_goes_on_where_the_program_does_not_say_it_can_or_it_is_not_wanted(
    run: Run, tmp_path: Path
) -> None:
    run("sweep", "hydra.sweeper.n_trials=8")
    unwanted = "hydra.sweeper.can_continue=true", "hydra.sweeper.promote=false"
    run("other", *unwanted, "hydra.sweeper.n_trials=8")
    for name in ("sweep", "other"):
        assert len(study_in(tmp_path / name).trials) == 8
    # It may be wanted later.
    assert run("other", "hydra.sweeper.promote=true", "hydra.sweeper.n_trials=8").returncode == 0
    trials = study_in(tmp_path / "other").trials
    assert {trials[before].params["x"] for _, before in goes_on(trials)} >= {2, 3, 4}


def test_a_worker_that_dies_on_one_costs_it_nothing(run: Run, tmp_path: Path) -> None:
    arguments = "hydra.sweeper.can_continue=true", f"+once={tmp_path}/once", "hydra.sweeper.n_trials=5"
    assert run("sweep", *arguments).returncode != 0
    assert run("sweep", *arguments).returncode == 0
    trials = study_in(tmp_path / "sweep").trials
    assert [t.params["x"] for t in trials if t.params] == [1, 2, 3, 4, 5, 2, 2]
    assert goes_on(trials) == [(8, 1), (9, 1)]
    assert trials[8].state == TrialState.FAIL
    assert trials[9].user_attrs[attributes.RETRY_OF] == 8
    assert set(Counter(lines(tmp_path / "sweep.events")).values()) == {1}


def test_a_finite_choice_is_run_whole_and_its_best_go_on(run: Run, tmp_path: Path) -> None:
    arguments = "sweep", "hydra.sweeper.can_continue=true"
    result = run(*arguments, searched=["+x=1,2,3,4,5,6"])
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert sorted(t.params["x"] for t in latest(trials)) == [1, 2, 3, 4, 5, 6]
    assert {trials[before].params["x"] for _, before in goes_on(trials)} == {2, 3}
    assert run(*arguments, searched=["+x=1,2,3,4,5,6"]).returncode == 0
    assert told(study_in(tmp_path / "sweep").trials) == told(trials)


def test_the_first_replicate_goes_on_and_the_others_begin(run: Run, tmp_path: Path) -> None:
    replicates = "+seed=0", "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=seed"
    two = "hydra.sweeper.enqueue=[{x:1},{x:2},{x:3},{x:4}]", "hydra.sweeper.pruner.min_early_stopping_rate=3"
    result = run("sweep", "hydra.sweeper.can_continue=true", *replicates, *two, "hydra.sweeper.n_trials=4")
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert goes_on(trials) == [(4, 1)]
    assert [len(t.intermediate_values) for t in trials] == [9, 8, 8, 8, 9]
    assert len(trials[4].user_attrs[attributes.REPLICATES]) == 2
    done = Counter(lines(tmp_path / "sweep.events"))
    assert done["2 8"] == 1 + 1  # of the first replicate once, and of the second
    assert done["2 9"] == 2


@pytest.mark.parametrize("pruner", ["successive_halving", pytest.param("hyperband", marks=pytest.mark.slow)])
def test_workers_side_by_side_promote_none_twice(run: Run, tmp_path: Path, pruner: str) -> None:
    resource = ["hydra.sweeper.pruner.max_resource=9"] if pruner == "hyperband" else []
    result = run(
        "sweep",
        "hydra.sweeper.can_continue=true",
        *JOBLIB,
        *resource,
        "hydra.sweeper.n_trials=16",
        pruner=pruner,
    )
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert set(states(trials)) <= {"COMPLETE", "PRUNED"}
    assert len(latest(trials)) == 16
    stopped = [before for _, before in goes_on(trials)]
    assert stopped
    assert len(set(stopped)) == len(stopped)
    assert set(Counter(lines(tmp_path / "sweep.events")).values()) == {1}
