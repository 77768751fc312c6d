"""How a study stands at a moment."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.study import Study
from optuna.trial import TrialState

from sweeps.inside.progress import progress, progressing
from sweeps.search.queue import enqueue_retries
from sweeps.study.folder import StudyFolder
from sweeps.study.notes import note_job
from sweeps.study.objective import MINIMIZED
from sweeps.study.situation import Lookout, Running, seconds_left
from sweeps.study.tally import Tally, tally
from sweeps.study.trial import Cause, Job, Resumption, attributes_of
from tests.sweeps.parts import end, journal_study, started


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return journal_study(tmp_path)


def lookout_of(study: Study, folder: Path, expected: int | None = 9) -> Lookout:
    return Lookout(lambda: study, StudyFolder(folder), MINIMIZED, lambda _: expected)


def begin(study: Study, **job: Any) -> Any:
    trial = started(study)
    note_job(study._storage, trial._trial_id, Job(**job))
    return trial


def test_what_runs_is_told_by_worker_with_its_last_value(study: Study, tmp_path: Path) -> None:
    later, first = begin(study, worker=3, machine="a", sweep="s"), begin(study, worker=1, machine="a")
    later.report(7.5, 4)
    situation = lookout_of(study, tmp_path).look(datetime.now() + timedelta(seconds=60))
    one, three = situation.running
    assert (one.number, one.worker, one.step, one.value) == (first.number, 1, None, None)
    assert (three.number, three.worker, three.step, three.value) == (later.number, 3, 4, 7.5)
    assert (three.machine, three.sweep, three.params) == ("a", "s", later.params)
    assert 59 < one.seconds < 70
    assert (situation.expected, situation.tally.running) == (9, 2)


def test_a_job_says_how_far_it_is_by_its_worker(study: Study, tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    for worker in (0, 1):
        begin(study, worker=worker)
        folder.progress_of(worker).parent.mkdir(parents=True)
    with progressing(folder.progress_of(1), 77):  # a trial before
        progress(6, 24)
        with progressing(folder.progress_of(0), 0):
            progress(6, 24)
            said, unsaid = lookout_of(study, tmp_path).look(datetime.now()).running
    assert (said.done, said.of, said.share) == (6, 24, 0.25)
    assert (unsaid.done, unsaid.of, unsaid.share) == (None, None, None)


def test_what_ends_is_told_once_in_its_order_and_surplus_never(study: Study, tmp_path: Path) -> None:
    study.tell(started(study), 3.0)
    lookout = lookout_of(study, tmp_path)
    assert [trial.number for trial in lookout.look(datetime.now()).ended] == [0]
    first, second, third = started(study), started(study), started(study)
    study.tell(second, 1.0)
    end(study, first, Cause.RAISED)
    end(study, third, Cause.SURPLUS)
    assert [trial.number for trial in lookout.look(datetime.now()).ended] == [2, 1]
    assert lookout.look(datetime.now()).ended == []


def test_a_trial_that_goes_on_says_with_which(study: Study, tmp_path: Path) -> None:
    study.enqueue_trial({"x": 1}, user_attrs=attributes_of(resumes=Resumption(4, 2, 9)))
    started(study)
    (running,) = lookout_of(study, tmp_path).look(datetime.now()).running
    assert running.resumes == 4


def test_the_time_of_a_trial_that_goes_on_has_that_of_the_tries_before(study: Study, tmp_path: Path) -> None:
    trial = started(study)
    note_job(study._storage, trial._trial_id, Job(folder="0"))
    time.sleep(0.1)
    end(study, trial, Cause.INTERRUPTED)
    enqueue_retries(study, 0, can_continue=True)
    lookout = lookout_of(study, tmp_path)
    again = started(study)
    (running,) = lookout.look(datetime.now()).running
    assert running.seconds > 0.1
    study.tell(again, 1.0)
    lookout.look(datetime.now())
    assert lookout._spent > 0.1


def running(seconds: float, share: float | None = None) -> Running:
    done, of = (share, 1.0) if share is not None else (None, None)
    return Running(0, 0, None, None, None, {}, None, None, done, of, seconds)


def counted(complete: int = 0, pruned: int = 0) -> Tally:
    study = optuna.create_study()
    for state, number in ((TrialState.COMPLETE, complete), (TrialState.PRUNED, pruned)):
        for _ in range(number):
            study.tell(study.ask(), 1.0 if state == TrialState.COMPLETE else None, state)
    return tally(study.trials, MINIMIZED)


@pytest.mark.parametrize(
    ("now", "expected", "spent", "trials", "left"),
    [
        (counted(), 10, 0.0, [running(5.0)], None),  # nothing to go by
        (counted(2), None, 20.0, [running(5.0)], None),  # nor here
        (counted(2), 10, 20.0, [running(5.0)], 75.0),  # 8 of 10 s, of which 5 s are over
        (counted(1, 1), 10, 20.0, [running(5.0), running(1.0)], 37.0),
        (counted(2), 3, 20.0, [running(25.0)], 0.0),  # the last one, that takes longer than the others
        (counted(2), 4, 20.0, [running(9.0), running(1.0)], 9.0),  # the last two
        (counted(), 2, 0.0, [running(6.0, 0.25), running(6.0, None)], 18.0),  # as the job itself says
        (counted(2), 3, 20.0, [running(25.0, 0.5)], 25.0),  # longer than the others: by its own speed
        (counted(2), 3, 20.0, [running(2.0, 0.5)], 2.0),  # faster than the others
        (counted(1, 1), 3, 20.0, [running(5.0, 0.1)], 5.0),  # slower: it may be stopped, as they were
        (counted(2), 5, 20.0, [running(25.0, 0.5), running(9.0)], 25.0),
        (counted(2), 8, 20.0, [running(25.0, 0.5), running(9.0)], 33.0),
        (counted(2), 4, 20.0, [], 20.0),  # of a study that nobody works at
        (counted(2), 2, 20.0, [], 0.0),
    ],
)
def test_the_time_left_is_what_trials_have_cost(
    now: Tally, expected: int | None, spent: float, trials: list[Running], left: float | None
) -> None:
    assert seconds_left(now, expected, spent, trials) == left


UNDER_WAY = st.builds(running, st.floats(0, 1e4), st.none() | st.floats(0, 1))


@given(st.lists(UNDER_WAY, max_size=5), st.integers(0, 20), st.floats(0, 1e6))
def test_it_is_never_negative(trials: list[Running], expected: int, spent: float) -> None:
    left = seconds_left(THREE, expected, spent, trials)
    assert left is not None
    assert left >= 0


THREE = counted(3)
