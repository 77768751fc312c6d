"""A database that loses answers, is locked, is written by several at once."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from optuna.distributions import FloatDistribution
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

from sweeps.study.patience import AwayError
from sweeps.study.storage import StorageLocation
from tests.sweeps.events import EVENTS, happen

pytestmark = pytest.mark.long


def sqlite(folder: Path, patience: float = 60.0) -> BaseStorage:
    return StorageLocation(f"sqlite:///{folder}/study.db").open(patience)


def study_in(storage: BaseStorage) -> int:
    return storage.create_new_study([StudyDirection.MINIMIZE], "study")


WAITING = create_trial(state=TrialState.WAITING, system_attrs={"fixed_params": {"x": 1}})


def test_nobody_else_takes_what_one_has_taken(tmp_path: Path) -> None:
    study_id = study_in(sqlite(tmp_path))
    first = sqlite(tmp_path)
    waiting = [first.create_new_trial(study_id, WAITING) for _ in range(30)]
    together = threading.Barrier(4)

    def take(storage: BaseStorage) -> list[int]:
        found = []
        for trial_id in waiting:
            together.wait(60)
            if storage.set_trial_state_values(trial_id, TrialState.RUNNING):
                found.append(trial_id)
        return found

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take, [sqlite(tmp_path) for _ in range(4)]))
    assert sorted(trial_id for found in taken for trial_id in found) == waiting


def test_trials_made_at_once_are_numbered_one_after_another(tmp_path: Path) -> None:
    study_id = study_in(sqlite(tmp_path))

    def make(storage: BaseStorage) -> None:
        for _ in range(15):
            storage.create_new_trial(study_id)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make, [sqlite(tmp_path) for _ in range(4)]))
    trials = sqlite(tmp_path).get_all_trials(study_id)
    assert [trial.number for trial in trials] == list(range(60))


@pytest.mark.parametrize("waits", [True, False])
def test_a_locked_file_is_waited_for(tmp_path: Path, waits: bool, capsys: pytest.CaptureFixture[str]) -> None:
    storage = sqlite(tmp_path, 60.0 if waits else 0.5)
    study_id = study_in(storage)
    other = sqlite3.connect(tmp_path / "study.db", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(8, lambda: other.execute("ROLLBACK"))
    timer.start()
    try:
        if waits:
            storage.create_new_trial(study_id)
        else:
            with pytest.raises(AwayError, match="db cannot be reached .*database is locked"):
                storage.create_new_trial(study_id)
    finally:
        timer.join()
        other.close()
    assert len(storage.get_all_trials(study_id)) == waits
    assert len(capsys.readouterr().err.splitlines()) == (2 if waits else 0)


@settings(max_examples=8, deadline=None)
@given(EVENTS)
def test_only_what_has_changed_is_read_and_that_is_all(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, int, int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("database")
    study = optuna.create_study(study_name="study", storage=f"sqlite:///{folder}/study.db")
    kept = sqlite(folder)
    seen: dict[int, Any] = {}
    for event in events:
        happen(study, *event)
        if event[-1]:
            trials = kept.get_all_trials(study._study_id, deepcopy=False)
            fresh: Any = study._storage
            assert trials == fresh._backend.get_all_trials(study._study_id)
            for trial in trials:
                if trial.state != TrialState.RUNNING and trial == seen.get(trial.number):
                    assert trial is seen[trial.number]
            seen = {trial.number: trial for trial in trials}


# A server whose answers get lost.


class Line:
    """A connection to a server that breaks at a commit, once it was told to.

    Args:
        port: of the server.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._breaks: bool | None = None  # before the server gets it, or after it has answered
        self.broken = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def break_at_commit(self, answered: bool) -> None:
        """At the next commit: after the server has done it, or before."""
        self._breaks = answered

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server))
            cut = threading.Event()
            for source, target, asks in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(source, target, asks, cut), daemon=True).start()

    def _pass_on(
        self, source: socket.socket, target: socket.socket, asks: bool, cut: threading.Event
    ) -> None:
        try:
            while data := source.recv(65536):
                if asks and b"COMMIT" in data and self._breaks is not None:
                    answered, self._breaks = self._breaks, None
                    self.broken += 1
                    cut.set()
                    if not answered:
                        break
                elif not asks and cut.is_set():
                    break  # the answer is lost
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # which wakes whoever reads from it
            end.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server with an empty database."""
    pytest.importorskip("psycopg2", reason="needs psycopg2: pip install 'lstm-vae[postgresql]'")
    from tests.sweeps.postgresql import running_server

    with running_server() as server:
        server.execute("CREATE DATABASE lossy")
        yield server.port


@pytest.fixture
def line(port: int) -> Iterator[Line]:
    made = Line(port)
    yield made
    made.close()


def lossy(line: Line) -> tuple[BaseStorage, int]:
    """A storage at the end of a line, and a new study of it."""
    from tests.sweeps.postgresql import PASSWORD, USER

    storage = StorageLocation(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{line.port}/lossy").open(30.0)
    return storage, storage.create_new_study([StudyDirection.MINIMIZE], f"study-{time.monotonic_ns()}")


Write = Callable[[BaseStorage, int], object]
X = FloatDistribution(0, 1)
WRITES: dict[str, Write] = {
    "user attr": lambda storage, trial: storage.set_trial_user_attr(trial, "a", 1),
    "system attr": lambda storage, trial: storage.set_trial_system_attr(trial, "a", 1),
    "param": lambda storage, trial: storage.set_trial_param(trial, "x", 0.5, X),
    "report": lambda storage, trial: storage.set_trial_intermediate_value(trial, 3, 0.5),
    "complete": lambda storage, trial: storage.set_trial_state_values(trial, TrialState.COMPLETE, [0.5]),
    "fail": lambda storage, trial: storage.set_trial_state_values(trial, TrialState.FAIL),
}
WRITTEN: dict[str, Callable[[Any], object]] = {
    "user attr": lambda trial: trial.user_attrs["a"] == 1,
    "system attr": lambda trial: trial.system_attrs["a"] == 1,
    "param": lambda trial: trial.params == {"x": 0.5},
    "report": lambda trial: trial.intermediate_values == {3: 0.5},
    "complete": lambda trial: (trial.state, trial.values) == (TrialState.COMPLETE, [0.5]),
    "fail": lambda trial: (trial.state, trial.values) == (TrialState.FAIL, None),
}
ANSWERED = pytest.mark.parametrize("answered", [True, False], ids=["done-but-not-answered", "not-done"])


@ANSWERED
@pytest.mark.parametrize("what", WRITES)
def test_a_lost_answer_is_no_failure(line: Line, what: str, answered: bool) -> None:
    storage, study_id = lossy(line)
    trial_id = storage.create_new_trial(study_id)
    line.break_at_commit(answered)
    WRITES[what](storage, trial_id)
    assert line.broken == 1
    (trial,) = storage.get_all_trials(study_id)
    assert WRITTEN[what](trial)


@ANSWERED
@pytest.mark.parametrize("template", [None, WAITING], ids=["running", "waiting"])
def test_a_trial_is_made_once(line: Line, answered: bool, template: Any) -> None:
    storage, study_id = lossy(line)
    line.break_at_commit(answered)
    trial_id = storage.create_new_trial(study_id, template)
    assert line.broken == 1
    (trial,) = storage.get_all_trials(study_id)
    assert (trial._trial_id, trial.number) == (trial_id, 0)
    assert trial.state == (TrialState.RUNNING if template is None else TrialState.WAITING)
    assert storage.get_trial(storage.create_new_trial(study_id)).number == 1


@ANSWERED
def test_what_was_taken_is_known_as_taken(line: Line, answered: bool) -> None:
    storage, study_id = lossy(line)
    trial_id = storage.create_new_trial(study_id, WAITING)
    line.break_at_commit(answered)
    assert storage.set_trial_state_values(trial_id, TrialState.RUNNING)
    assert line.broken == 1
    assert not storage.set_trial_state_values(trial_id, TrialState.RUNNING)  # as somebody else


def test_a_trial_that_another_has_ended_stays_as_it_is(line: Line) -> None:
    storage, study_id = lossy(line)
    trial_id = storage.create_new_trial(study_id)
    storage.set_trial_state_values(trial_id, TrialState.FAIL)
    line.break_at_commit(True)
    with pytest.raises(optuna.exceptions.UpdateFinishedTrialError):
        storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [0.5])
