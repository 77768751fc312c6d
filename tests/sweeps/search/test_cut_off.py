"""Trials that were cut off and go on where they were: whole sweeps of a program that can."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import FrozenTrial

from sweeps.study import attributes
from sweeps.study.lineage import latest
from sweeps.study.trial import Cause, TrialView
from tests.conftest import OUTSIDE
from tests.sweeps.conftest import JOBLIB, lines, states, study_in

PROGRAM = Path(__file__).parents[1] / "program" / "steps.py"
CUT = "+cut_x=2", "+cut_at=[3,6]"
STOPPED, KILLED = "+cut_by=SIGTERM", "+cut_by=SIGKILL"
CAN = "hydra.sweeper.can_continue=true"
SEEDS = "+seed=0", "hydra.sweeper.seed_key=seed"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def start(*arguments: str, name: str = "sweep", x: str = "1,2,3") -> Any:
        return subprocess.run(
            [
                sys.executable, str(PROGRAM), "--multirun", "hydra/sweeper=optuna_study",
                "hydra.sweeper.study_name=s", f"hydra.sweep.dir={tmp_path}/{name}", f"+x={x}",
                "hydra/job_logging=none", "hydra/hydra_logging=none", f"+events={tmp_path}/{name}.events",
                "hydra.sweeper.ignore=[events,cut_x,cut_at,cut_by,forgets,once]",
                *arguments,
            ],
            cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    return start


def curves(trials: list[FrozenTrial]) -> dict[Any, Any]:
    """What the trials that count have reported, and what came of them."""
    return {t.params["x"]: (t.value, t.intermediate_values) for t in latest(trials)}


def test_after_a_signal_it_goes_on_with_the_next_step(run: Run, tmp_path: Path) -> None:
    for signal_is_due in (True, True, False):
        result = run(CAN, *CUT, STOPPED)
        assert result.returncode == (143 if signal_is_due else 0), result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert states(trials) == ["COMPLETE", "FAIL", "COMPLETE", "FAIL", "COMPLETE"]
    assert [TrialView(trial).goes_on for trial in trials] == [False, False, False, True, True]
    # No step is done twice, and none is missing; all is as in one go.
    assert set(Counter(lines(tmp_path / "sweep.events")).values()) == {1}
    run(CAN, name="whole")
    assert curves(trials) == curves(study_in(tmp_path / "whole").trials)
    last = trials[4]
    assert (
        f"trial 4: goes on with trial {last.user_attrs[attributes.RETRY_OF]}, which was cut off at step"
        in (result.stdout)
    )


@pytest.mark.parametrize(
    ("can", "times"), [(("hydra.sweeper.can_continue=false",), 3), ((CAN, "+forgets=true"), 3)]
)
def test_a_program_that_cannot_begins_again_and_comes_to_the_same(
    run: Run, tmp_path: Path, can: tuple[str, ...], times: int
) -> None:
    for _ in range(3):
        result = run(*can, *CUT, STOPPED)
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert Counter(lines(tmp_path / "sweep.events"))["2 1"] == times
    run(CAN, name="whole")
    assert curves(trials) == curves(study_in(tmp_path / "whole").trials)


def test_after_the_death_of_its_worker_it_goes_on(run: Run, tmp_path: Path) -> None:
    alone = "hydra.sweeper.renew_after_trials=100"  # supervised, its process takes no other worker along
    result = run(CAN, "+cut_x=2", "+cut_at=[3]", KILLED, alone, *JOBLIB)
    assert result.returncode == 0, result.stderr
    trials = study_in(tmp_path / "sweep").trials
    assert [trial.user_attrs.get(attributes.CAUSE) for trial in trials].count(Cause.LOST) == 1
    assert set(Counter(lines(tmp_path / "sweep.events")).values()) == {1}
    assert sorted(curves(trials)) == [1, 2, 3]


def test_replicates_go_on_each_with_its_own(run: Run, tmp_path: Path) -> None:
    """Cut off in the first one, and then in the second."""
    arguments = CAN, *SEEDS, "hydra.sweeper.replicates=3"
    for signal_is_due in (True, True, False):
        result = run(*arguments, *CUT, STOPPED)
        assert result.returncode == (143 if signal_is_due else 0), result.stderr
    assert set(Counter(lines(tmp_path / "sweep.events")).values()) == {3}
    run(*arguments, name="whole")
    assert curves(study_in(tmp_path / "sweep").trials) == curves(study_in(tmp_path / "whole").trials)


def test_finals_go_on_within_a_seed(run: Run, tmp_path: Path) -> None:
    arguments = CAN, *SEEDS, "hydra.sweeper.finalists=1", "hydra.sweeper.final_replicates=3"
    cut = "+cut_x=1", "+cut_at=[5]", STOPPED, f"+once={tmp_path}/once"
    assert run(*arguments, x="1,2").returncode == 0
    (tmp_path / "sweep/finals").rename(tmp_path / "finals as one")
    before = Counter(lines(tmp_path / "sweep.events"))
    assert run(*arguments, *cut, x="1,2").returncode == 143
    assert run(*arguments, *cut, x="1,2").returncode == -9  # killed before it has taken over the state
    result = run(*arguments, *cut, x="1,2")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    again = Counter(lines(tmp_path / "sweep.events")) - before
    assert again == {f"1 {step}": 3 for step in range(1, 10)}
    finals, whole = (study_in(tmp_path / name) for name in ("sweep/finals", "finals as one"))
    assert curves(finals.trials) == curves(whole.trials)
