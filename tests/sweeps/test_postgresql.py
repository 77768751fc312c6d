"""Sweeps in a PostgreSQL database: a real server, and a password that is written nowhere."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import optuna
import pytest
from optuna.trial import FrozenTrial

from tests.sweeps.conftest import JOBLIB, Start, Sweep, folder_of, lines, states, wait_for
from tests.sweeps.postgresql import HARD_PASSWORD, PASSWORD, USER, Server, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Made once."""
    with running_server() as made:
        yield made


@dataclass(frozen=True)
class Database:
    """An empty database of the server.

    Attributes:
        name: of it.
        port: of the server.
    """

    name: str
    port: int

    def url(self, user: str = USER, password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{self.name}"

    def storage(self, user: str = USER, password: str = PASSWORD) -> str:
        """The override that names it."""
        return f"hydra.sweeper.storage={self.url(user, password)}"

    def trials(self, study: str | None = None) -> list[FrozenTrial]:
        """The trials of a study, or of the only one."""
        storage = optuna.storages.RDBStorage(self.url().replace("://", "+psycopg2://", 1))
        try:
            return optuna.load_study(study_name=study, storage=storage).get_trials(deepcopy=False)
        finally:
            storage.engine.dispose()


@pytest.fixture
def database(server: Server) -> Database:
    """A new one."""
    name = f"sweeps_{time.monotonic_ns()}"
    server.execute(f"CREATE DATABASE {name}")
    return Database(name, server.port)


@pytest.fixture
def said() -> list[str]:
    """What the sweeps of a test have said."""
    return []


@pytest.fixture
def sweep(sweep: Sweep, said: list[str]) -> Sweep:
    """As everywhere, and what it says is kept."""

    def run(*arguments: str, **environment: str) -> Any:
        result = sweep(*arguments, **environment)
        said.extend((result.stdout, result.stderr))
        return result

    return run


@pytest.fixture(autouse=True)
def nothing_tells_the_password(tmp_path: Path, said: list[str]) -> Iterator[None]:
    """After every test: neither a file below its folder nor a sweep's output holds a password."""
    yield
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for secret in (PASSWORD, HARD_PASSWORD, quote(HARD_PASSWORD, safe="")):
        assert [path for path in files if secret.encode() in path.read_bytes()] == []
        assert [text for text in said if secret in text] == []


def ended(process: subprocess.Popen[str], said: list[str]) -> str:
    """Waits for a sweep; returns what it wrote to stderr."""
    stdout, stderr = process.communicate(timeout=60)
    said.extend((stdout, stderr))
    return stderr


def test_a_grid_is_run_once_and_the_same_command_runs_nothing_twice(
    sweep: Sweep, database: Database, tmp_path: Path
) -> None:
    arguments = "x=0.1,0.2,0.4", "shape=round,wide", f"events={tmp_path}/events", database.storage(), *JOBLIB
    result = sweep(*arguments)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    trials = database.trials()
    assert states(trials) == ["COMPLETE"] * 6
    seen = [(trial.params["x"], trial.params["shape"]) for trial in trials]
    assert seen == list(itertools.product([0.1, 0.2, 0.4], ["round", "wide"]))
    folder = folder_of(tmp_path)
    assert not (folder / "study.journal").exists()
    assert f":***@127.0.0.1:{database.port}/" in (folder / "multirun.yaml").read_text(encoding="utf-8")
    assert (folder / "0" / ".hydra" / "hydra.yaml").exists()
    again = sweep(*arguments)
    assert again.returncode == 0, again.stderr
    assert len(lines(tmp_path / "events")) == 12
    assert len(database.trials()) == 6


@pytest.mark.parametrize(
    "folders",
    [
        pytest.param(("one", "one"), marks=pytest.mark.slow, id="one-folder"),
        pytest.param(("one", "other"), id="two-folders"),
    ],
)
def test_two_shells_at_once_keep_to_one_budget(
    start: Start, database: Database, tmp_path: Path, said: list[str], folders: tuple[str, str]
) -> None:
    """In two folders, as on two machines without a common file system, only the database joins them."""
    arguments = "x=interval(0,1)", "hydra.sweeper.n_trials=10", "seconds=0.05", database.storage()
    name = "hydra.sweeper.study_name=mine"
    both = [start(*arguments, name, f"hydra.sweep.dir={tmp_path}/{folder}") for folder in folders]
    for process in both:
        stderr = ended(process, said)
        assert process.returncode == 0, stderr
    trials = database.trials()
    done = [trial for trial in trials if trial.state.name == "COMPLETE"]
    assert len(done) == 10
    assert len({trial.params["x"] for trial in done}) == 10
    surplus = [trial.user_attrs["sweeps:cause"] for trial in trials if trial.state.name == "FAIL"]
    assert surplus == ["surplus"] * (len(trials) - 10)


@pytest.mark.slow
def test_a_shell_in_another_folder_takes_no_running_trial_for_dead(
    start: Start, sweep: Sweep, database: Database, tmp_path: Path, said: list[str]
) -> None:
    events = tmp_path / "events"
    arguments = (
        *("x=0,1,2,3", f"events={events}", "hydra.sweeper.study_name=mine", database.storage()),
        *("slow_at=0", f"wait_for={events}", "wait_lines=7"),
    )
    first = start(*arguments, f"hydra.sweep.dir={tmp_path}/one")
    wait_for(lambda: "start 0 0" in lines(events))
    second = sweep(*arguments, f"hydra.sweep.dir={tmp_path}/other")
    stderr = ended(first, said)
    assert first.returncode == 0, stderr
    assert second.returncode == 0, second.stderr
    assert [trial.params["x"] for trial in database.trials() if trial.state.name == "COMPLETE"] == [
        0,
        1,
        2,
        3,
    ]
    assert sorted(line.split()[2] for line in lines(events) if line.startswith("start")) == list("0123")


def test_a_killed_sweep_goes_on_and_loses_nothing(
    start: Start, sweep: Sweep, database: Database, tmp_path: Path, said: list[str]
) -> None:
    events = tmp_path / "events"
    arguments = "x=0,1,2,3", f"events={events}", "slow_at=1", database.storage(), *JOBLIB
    process = start(*arguments, "seconds=60")
    # Ended and told: a job says that it ends a moment before its worker tells.
    wait_for(lambda: sum(line.startswith("end") for line in lines(events)) == 3)
    wait_for(lambda: states(database.trials()).count("COMPLETE") == 3)
    os.killpg(process.pid, signal.SIGKILL)
    ended(process, said)
    assert states(database.trials()) == ["COMPLETE", "RUNNING", "COMPLETE", "COMPLETE"]
    again = sweep(*arguments, "seconds=0")
    assert again.returncode == 0, again.stderr
    trials = database.trials()
    assert states(trials) == ["COMPLETE", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]
    assert trials[1].user_attrs["sweeps:cause"] == "lost"
    assert trials[4].params == trials[1].params
    assert [line for line in lines(events) if line.startswith("end")][3:] == ["end 4 1"]


def test_a_wrong_password_is_refused_in_one_line(sweep: Sweep, database: Database, tmp_path: Path) -> None:
    result = sweep("x=1,2", database.storage(password=PASSWORD + "-wrong"))
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert f"hydra.sweeper.storage=postgresql://{USER}:***@127.0.0.1:{database.port}/{database.name}" in line
    assert "password authentication failed" in line
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_server_is_told_in_one_line(
    sweep: Sweep, server: Server, database: Database, tmp_path: Path
) -> None:
    arguments = "x=1,2", database.storage()
    server.stop()
    try:
        result = sweep(*arguments)
    finally:
        server.start()
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert "onnection refused" in line
    assert list(tmp_path.iterdir()) == []
    assert sweep(*arguments).returncode == 0


@pytest.mark.slow
def test_a_password_of_any_characters_will_do(
    sweep: Sweep, server: Server, database: Database, tmp_path: Path
) -> None:
    server.execute(f"CREATE ROLE hard LOGIN PASSWORD '{HARD_PASSWORD}'")
    server.execute(f"ALTER DATABASE {database.name} OWNER TO hard")
    result = sweep("x=1,2,3,4", database.storage("hard", HARD_PASSWORD), *JOBLIB)
    assert result.returncode == 0, result.stderr
    assert states(database.trials()) == ["COMPLETE"] * 4


@pytest.mark.slow
def test_the_best_of_another_study_may_need_another_password(
    sweep: Sweep, server: Server, database: Database, tmp_path: Path
) -> None:
    server.execute(f"CREATE ROLE other SUPERUSER LOGIN PASSWORD '{HARD_PASSWORD}'")
    assert sweep("x=0.9,0.3,0.5", "hydra.sweeper.study_name=a", database.storage()).returncode == 0
    best = f"hydra.sweeper.enqueue_best={{storage:'{database.url()}',study_name:a,k:2}}"
    own = database.storage("other", HARD_PASSWORD)
    result = sweep(
        "x=interval(0,1)", "hydra.sweeper.study_name=b", "hydra.sweeper.n_trials=4", best, own, *JOBLIB
    )
    assert result.returncode == 0, result.stdout + result.stderr
    trials = database.trials("b")
    assert states(trials) == ["COMPLETE"] * 4
    assert [trial.params["x"] for trial in trials[:2]] == [0.3, 0.5]


@pytest.mark.slow
def test_the_files_that_submitit_pickles_workers_to_hold_no_password(
    sweep: Sweep, database: Database, tmp_path: Path
) -> None:
    pytest.importorskip(
        "hydra_plugins.hydra_submitit_launcher", reason="needs submitit: pip install 'lstm-vae[submitit]'"
    )
    result = sweep(
        "x=1,2,3,4", database.storage(), "hydra/launcher=submitit_local", "hydra.sweeper.n_workers=2"
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert states(database.trials()) == ["COMPLETE"] * 4
    assert list(folder_of(tmp_path).glob(".submitit/*/*.pkl"))
