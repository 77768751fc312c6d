"""What a sweep says on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.study import Study
from optuna.trial import TrialState, create_trial

from sweeps.search.budget import Budget, Verdict
from sweeps.search.racing import Loss
from sweeps.study.notes import note_failure, note_job, note_reason
from sweeps.study.objective import MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import Cause, Job, Resumption, attributes_of
from sweeps.workers.narration import (
    announce,
    summarize,
    tell_briefly,
    tell_going_on,
    tell_outcome,
    told_loss,
)
from tests.sweeps.parts import journal_study, started

BUDGET = Budget(n_trials=3, timeout=None, target=None, objective=MINIMIZED, max_failures=5, grid=False)
STARTED = "python app.py"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Trial 0 has a value, trial 1 a better one, trial 2 failed."""
    study = journal_study(tmp_path)
    for value in (2.5, 1.25):
        trial = started(study)
        note_job(study._storage, trial._trial_id, Job(overrides=["name=it's mine", f"x={trial.params['x']}"]))
        study.tell(trial, value)
    trial = started(study)
    note_failure(study._storage, trial._trial_id, Cause.RAISED, "ValueError: no luck")
    study.tell(trial, state=TrialState.FAIL)
    return study


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    return lambda: capsys.readouterr().out.splitlines()


def summary(study: Study, folder: Path, verdict: Verdict = "met", several: bool = False) -> None:
    summarize(study, tally(study.trials, MINIMIZED), verdict, BUDGET, folder, STARTED, several)


@pytest.mark.parametrize(
    ("state", "reason", "line"),
    [
        (
            TrialState.COMPLETE,
            "",
            "trial 3: 1.23457 [x={x}] 2/3 done; best 1.25 (trial 1)",
        ),
        (TrialState.PRUNED, "pruned at step 2", "trial 3: pruned at step 2 [x={x}] 2/3 done"),
        (
            TrialState.FAIL,
            "ValueError",
            "trial 3: FAILED: ValueError ({folder}) [x={x}] 2/3 done",
        ),
    ],
)
def test_a_trial_that_has_ended_is_told_in_a_line(
    study: Study, tmp_path: Path, output: Callable[[], list[str]], state: TrialState, reason: str, line: str
) -> None:
    now = tally(study.trials, MINIMIZED)
    trial = started(study)
    note_job(study._storage, trial._trial_id, Job(folder="3"))
    if reason:
        note_reason(study._storage, trial._trial_id, reason)
    study.tell(trial, 1.23456789 if state == TrialState.COMPLETE else None, state)
    tell_outcome(study.trials[-1], now, BUDGET, tmp_path)
    (text,) = output()
    assert text.startswith(line.format(x=trial.params["x"], folder=tmp_path / "3"))


def test_above_a_table_a_line_says_the_ending_and_the_parameters(
    study: Study, tmp_path: Path, output: Callable[[], list[str]]
) -> None:
    tell_briefly(study.trials[1], tmp_path)
    tell_briefly(study.trials[2], tmp_path)
    x = [trial.params["x"] for trial in study.trials]
    assert output() == [f"trial 1: 1.25  x={x[1]}", f"trial 2: FAILED: ValueError: no luck  x={x[2]}"]


def test_where_nothing_is_best_and_no_number_is_wanted_none_is_told(
    tmp_path: Path, output: Callable[[], list[str]]
) -> None:
    now = tally([], MINIMIZED)
    several = create_trial(values=[1.0, 2.0], state=TrialState.COMPLETE)
    several.number = 0
    tell_outcome(several, now, replace(BUDGET, n_trials=None), tmp_path)
    assert output() == ["trial 0: 1 2 [(no parameters)] 0 done"]


def test_a_trial_that_goes_on_says_whether_it_starts_again(output: Callable[[], list[str]]) -> None:
    resumption = Resumption(trial=3, first=1, step=9)
    promoted, again, stopped, cut, racing = (
        create_trial(state=state, user_attrs=attrs, intermediate_values=values)
        for state, attrs, values in (
            (TrialState.RUNNING, attributes_of(resumes=resumption), {}),
            (TrialState.RUNNING, attributes_of(retry_of=5, resumes=resumption, goes_on=True), {}),
            (TrialState.PRUNED, {}, {9: 1.0}),
            (TrialState.FAIL, {}, {12: 1.0}),
            (TrialState.FAIL, {"sweeps:reached": {"2": 20}}, {}),
        )
    )
    promoted.number, again.number, stopped.number, cut.number, racing.number = 7, 8, 3, 5, 6
    tell_going_on(promoted, None, stopped)
    tell_going_on(promoted, None, None)
    tell_going_on(again, None, cut)
    tell_going_on(again, 2, racing)
    tell_going_on(again, 0, None)
    assert output() == [
        "trial 7: goes on with trial 3, which was stopped at step 9",
        "trial 7: would go on with trial 3, whose folder is not here: it begins again",
        "trial 8: goes on with trial 5, which was cut off at step 12",
        "trial 8: replicate 2 goes on with trial 6, which was cut off at step 20",
        "trial 8: replicate 0 would go on with trial 5, whose folder is not here: it begins again",
    ]


def test_a_sweep_says_what_it_is_about_to_do_and_what_was_done_before(
    study: Study, tmp_path: Path, output: Callable[[], list[str]]
) -> None:
    for trials in ([], study.trials):
        announce("mine", tmp_path, {"x": "1, 2"}, BUDGET, tally(trials, MINIMIZED), "sampled by TPESampler")
    new = [f"study mine in {tmp_path}", "  x: 1, 2", "  sampled by TPESampler; until 3 trials"]
    assert output() == [*new, *new, "  going on: 2 complete, 0 pruned, 1 failed so far"]


def test_a_summary_has_the_best_trial_and_a_command_that_a_shell_reads_as_it_was(
    study: Study, tmp_path: Path, output: Callable[[], list[str]]
) -> None:
    summary(study, tmp_path)
    lines = output()
    assert lines[1].startswith("2 complete, 0 pruned, 1 failed in ")
    assert f"best: 1.25 (trial 1) x={study.trials[1].params['x']}" in lines
    (again,) = (line.removeprefix("  again: ") for line in lines if line.startswith("  again: "))
    job = study.trials[1].user_attrs["sweeps:job"]
    assert shlex.split(again) == [*shlex.split(STARTED), *job["overrides"]]
    assert lines[-1] == "last failure: trial 2, ValueError: no luck"


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        ("failures", "stopped: more than hydra.sweeper.max_failures=5 trials failed; the same command"),
        ("exhausted", "ended: combinations that failed are left; the same command with a higher"),
        ("go on", "stopped before the budget was met; the same command goes on"),
    ],
)
def test_a_sweep_that_is_not_done_says_what_to_type_next(
    study: Study, tmp_path: Path, output: Callable[[], list[str]], verdict: Verdict, line: str
) -> None:
    summary(study, tmp_path, verdict)
    assert output()[-1].startswith(line)


def test_of_several_objectives_the_front_is_told_in_order(
    tmp_path: Path, output: Callable[[], list[str]]
) -> None:
    study = optuna.create_study(directions=["minimize", "maximize"])
    for values in ((2.0, 2.0), (1.0, 1.0), (3.0, 1.0)):
        study.tell(study.ask(), values)
    summary(study, tmp_path, several=True)
    assert output()[2:] == [
        "Pareto front: 2 trials",
        "  trial 1: 1, 1  (no parameters)",
        "  trial 0: 2, 2  (no parameters)",
    ]


@pytest.mark.parametrize(
    ("seeds", "where"), [(1, "with the one seed that both have"), (3, "on average of 3 seeds")]
)
def test_a_finalist_that_lost_is_told_by_how_much(seeds: int, where: str) -> None:
    assert told_loss(Loss(to=6, by=0.8971, seeds=seeds, chance=0.0059), 5) == (
        f"lost to trial 6: worse by 0.897 {where}; with all 5 it would be better with a probability of 0.59 %"
    )
