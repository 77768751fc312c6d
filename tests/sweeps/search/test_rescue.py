"""Trials whose worker is dead are given up: failed, with their records, or closed in favour of another."""

from __future__ import annotations

import json
import os
from pathlib import Path

import optuna
from optuna.trial import Trial, TrialState

from sweeps.search.queue import enqueue_retries
from sweeps.search.rescue import fail_dead
from sweeps.study import attributes
from sweeps.study.leases import Lease, Watch
from sweeps.study.trial import Cause
from tests.sweeps.parts import end, journal_study, started


def running(study: optuna.Study, folder: Path, subfolder: str = "0") -> tuple[Trial, Lease]:
    """A trial that this process runs, and its lease."""
    trial = started(study)
    lease = Lease(folder / ".leases", trial, 60)
    trial.set_user_attr(attributes.JOB, lease.take().to_attribute() | {"folder": subfolder})
    return trial, lease


def test_only_the_dead_are_failed_and_their_records_closed(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    for number in "01":
        (tmp_path / number).mkdir()
        (tmp_path / number / "record.json").write_text('{"state": "RUNNING", "id": 7}', encoding="utf-8")
    _, alive = running(study, tmp_path, "0")
    dead, lease = running(study, tmp_path, "1")
    lease.release()
    watch = Watch(tmp_path / ".leases", 60)
    assert fail_dead(study, tmp_path, watch, Cause.LOST, "its worker died") == [1]
    assert fail_dead(study, tmp_path, watch, Cause.LOST, "its worker died") == []
    states = [trial.state for trial in study.get_trials()]
    assert states == [TrialState.RUNNING, TrialState.FAIL]
    attrs = study.get_trials()[dead.number].user_attrs
    assert (attrs[attributes.CAUSE], attrs[attributes.REASON]) == ("lost", "its worker died")
    closed = json.loads((tmp_path / "1" / "record.json").read_text(encoding="utf-8"))
    assert closed == {"state": "FAIL", "id": 7, "reason": "its worker died"}
    assert json.loads((tmp_path / "0" / "record.json").read_text(encoding="utf-8"))["state"] == "RUNNING"
    alive.release()


def test_a_dead_one_that_was_to_give_way_is_not_tried_again(tmp_path: Path) -> None:
    """Two machines have enqueued the same again, and the worker of the second dies before it sees that."""
    study = journal_study(tmp_path)
    end(study, started(study), Cause.INTERRUPTED)
    for _ in range(2):
        study.enqueue_trial({}, user_attrs={attributes.RETRY_OF: 0})
    _, alive = running(study, tmp_path, "1")
    second = study.ask()
    lease = Lease(tmp_path / ".leases", second, 60)
    second.set_user_attr(attributes.JOB, lease.take().to_attribute())  # no folder yet
    lease.release()
    watch = Watch(tmp_path / ".leases", 60)
    assert fail_dead(study, tmp_path, watch, Cause.LOST, "its worker died") == [2]
    assert study.trials[2].user_attrs[attributes.CAUSE] == Cause.SURPLUS
    assert enqueue_retries(study, 1) == 0
    alive.release()


def test_only_the_trials_of_a_process_are_failed_where_it_is_about_one(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    for number in "012":
        trial, lease = running(study, tmp_path, number)
        lease.release()
        if number != "1":
            trial.set_user_attr(attributes.JOB, trial.user_attrs[attributes.JOB] | {"pid": 1})
    watch = Watch(tmp_path / ".leases", 60)
    assert fail_dead(study, tmp_path, watch, Cause.LOST, "it died", pid=os.getpid()) == [1]
    assert fail_dead(study, tmp_path, watch, Cause.LOST, "they died") == [0, 2]
