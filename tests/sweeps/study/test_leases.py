"""Who is alive: certain and immediate on this machine, by its beats on another."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from optuna.trial import FrozenTrial

from sweeps.study import attributes, patience
from sweeps.study.leases import Lease, Watch
from tests.conftest import OUTSIDE
from tests.sweeps.parts import journal_study

HOLDER = """
import sys, time
from pathlib import Path
from sweeps.study import attributes
from sweeps.study import patience
from sweeps.study.leases import Lease
from tests.sweeps.parts import journal_study
folder = Path(sys.argv[1])
study = journal_study(folder)
trial = study.ask()
lease = Lease(folder / "leases", trial, 0.05)
trial.set_user_attr(attributes.JOB, lease.take().to_attribute())
with lease.beating():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs trial 0."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], env=OUTSIDE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def trial_of(folder: Path, number: int = 0) -> FrozenTrial:
    return journal_study(folder).get_trials()[number]


def test_a_live_process_is_alive_and_a_killed_one_dead_at_once(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    watch = Watch(tmp_path / "leases", 3600)
    assert not any(watch.is_dead(trial_of(tmp_path)) for _ in range(3))
    first = trial_of(tmp_path).user_attrs.get(attributes.BEAT)
    time.sleep(0.3)
    assert trial_of(tmp_path).user_attrs[attributes.BEAT] != first
    holder.kill()
    holder.wait()
    assert watch.is_dead(trial_of(tmp_path))
    assert Watch(tmp_path / "leases", 3600).is_dead(trial_of(tmp_path))


def test_a_killed_process_is_dead_at_once_after_its_folder_was_moved(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    moved = Watch(tmp_path / "moved" / "leases", 3600)
    assert not any(moved.is_dead(trial_of(tmp_path)) for _ in range(3))
    holder.kill()
    holder.wait()
    assert moved.is_dead(trial_of(tmp_path))


def ask(folder: Path, **job: object) -> tuple[optuna.Trial, Lease]:
    trial = journal_study(folder).ask()
    lease = Lease(folder / "leases", trial, 0.05)
    trial.set_user_attr(attributes.JOB, lease.take().to_attribute() | job)
    return trial, lease


def test_a_lease_that_was_given_back_is_dead_only_while_the_trial_runs(tmp_path: Path) -> None:
    trial, lease = ask(tmp_path)
    watch = Watch(tmp_path / "leases", 3600)
    assert not watch.is_dead(trial_of(tmp_path))
    lease.release()
    assert not (tmp_path / "leases" / "0").exists()
    assert watch.is_dead(trial_of(tmp_path))
    journal_study(tmp_path).tell(trial.number, 1.0)
    assert not watch.is_dead(trial_of(tmp_path))


def test_on_another_host_only_a_beat_that_stands_still_for_the_grace_period_is_death(tmp_path: Path) -> None:
    trial, lease = ask(tmp_path, host="another", beat=0.0)
    lease.release()
    watch = Watch(tmp_path / "leases", 0.4)
    for beat in range(4):
        trial.set_user_attr(attributes.BEAT, float(beat))  # by a clock that is wrong
        assert not watch.is_dead(trial_of(tmp_path))
        time.sleep(0.2)
        assert not watch.is_dead(trial_of(tmp_path))
    time.sleep(0.5)
    assert watch.is_dead(trial_of(tmp_path))
    trial.set_user_attr(attributes.BEAT, 99.0)
    assert not watch.is_dead(trial_of(tmp_path))
    assert not Watch(tmp_path / "leases", 0.4).is_dead(trial_of(tmp_path))


def test_a_trial_that_says_nothing_of_its_worker_gets_the_grace_period(tmp_path: Path) -> None:
    journal_study(tmp_path).ask()
    watch = Watch(tmp_path / "leases", 0.1)
    assert not watch.is_dead(trial_of(tmp_path))
    time.sleep(0.2)
    assert watch.is_dead(trial_of(tmp_path))


def test_beats_end_with_the_trial(tmp_path: Path) -> None:
    trial, lease = ask(tmp_path)
    with lease.beating():
        time.sleep(0.2)
    lease.release()
    last = trial_of(tmp_path).user_attrs[attributes.BEAT]
    time.sleep(0.15)
    assert trial_of(tmp_path).user_attrs[attributes.BEAT] == last
    assert trial.number == 0


def test_a_storage_that_refuses_beats_does_not_hurt_the_trial(tmp_path: Path) -> None:
    trial, lease = ask(tmp_path)
    journal_study(tmp_path).tell(trial.number, 1.0)
    with lease.beating():
        time.sleep(0.2)
    lease.release()
    assert attributes.BEAT not in trial_of(tmp_path).user_attrs


def test_a_worker_that_died_before_it_said_where_it_is_is_dead_at_once(tmp_path: Path) -> None:
    trial = journal_study(tmp_path).ask()
    lease = Lease(tmp_path / "leases", trial, 60)
    lease.take()
    watch = Watch(tmp_path / "leases", 3600)
    assert not any(watch.is_dead(trial_of(tmp_path)) for _ in range(2))
    assert lease._lock is not None
    lease._lock.release()  # as the operating system does when its process dies
    assert watch.is_dead(trial_of(tmp_path))


def test_a_beat_that_could_not_reach_the_study_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lease = ask(tmp_path, host="another", beat=0.0)
    lease.release()
    now = 1000.0
    watch = Watch(tmp_path / "leases", 60, clock=lambda: now)
    assert not watch.is_dead(trial_of(tmp_path))
    now += 300  # this process could not reach it either
    monkeypatch.setattr(patience, "_last_return", now - 1)
    assert not watch.is_dead(trial_of(tmp_path))
    now += 58
    assert not watch.is_dead(trial_of(tmp_path))
    now += 10
    assert watch.is_dead(trial_of(tmp_path))


@pytest.mark.parametrize("host", ["", "zzz"])
def test_whose_a_trial_is(tmp_path: Path, host: str) -> None:
    trial, lease = ask(tmp_path)
    watch = Watch(tmp_path / "leases", 3600)
    assert watch.is_of(trial_of(tmp_path), os.getpid())
    assert not watch.is_of(trial_of(tmp_path), os.getpid() + 1)
    job = trial.user_attrs[attributes.JOB]
    trial.set_user_attr(attributes.JOB, job | {"host": host})
    assert not watch.is_of(trial_of(tmp_path), os.getpid())
    lease.release()
    ask(tmp_path)[1].release()
    (_, unclaimed) = journal_study(tmp_path).ask(), trial_of(tmp_path, 2)
    assert not watch.is_of(unclaimed, os.getpid())


def test_where_all_take_their_trials_within_the_lock_one_without_a_job_is_dead(tmp_path: Path) -> None:
    journal_study(tmp_path).ask()
    assert Watch(tmp_path / "deep" / "leases", 3600, sole=True).is_dead(trial_of(tmp_path))
    assert not Watch(tmp_path / "deep" / "leases", 3600).is_dead(trial_of(tmp_path))
    elsewhere, lease = ask(tmp_path, host="elsewhere")
    assert not Watch(tmp_path / "leases", 3600, sole=True).is_dead(trial_of(tmp_path, elsewhere.number))
    lease.release()


def test_a_lease_is_taken_in_a_folder_that_is_made_and_whose_file_may_be_gone(tmp_path: Path) -> None:
    trial = journal_study(tmp_path).ask()
    lease = Lease(tmp_path / "a" / "b", trial, 60)
    lease.take()
    (tmp_path / "a" / "b" / "0").unlink()
    lease.release()
    lease.release()
    again = Lease(tmp_path / "a" / "b", trial, 60)
    again.take()
    again.release()


def test_one_that_died_before_it_said_whose_it_is_stays_dead(tmp_path: Path) -> None:
    trial = journal_study(tmp_path).ask()
    lease = Lease(tmp_path / "leases", trial, 60)
    lease.take()
    watch = Watch(tmp_path / "leases", 3600)
    assert not watch.is_dead(trial_of(tmp_path))
    lease._lock.release(force=True)  # type: ignore[union-attr]  # as the operating system does: the file stays
    assert all(watch.is_dead(trial_of(tmp_path)) for _ in range(3))


def test_to_ask_for_a_lease_leaves_no_file(tmp_path: Path) -> None:
    _, lease = ask(tmp_path)
    watch = Watch(tmp_path / "leases", 3600)
    seen = trial_of(tmp_path)
    lease.release()
    (tmp_path / "leases" / "0").touch()  # another has asked at the moment at which it was removed
    assert watch.is_dead(seen)
    assert list((tmp_path / "leases").iterdir()) == []
