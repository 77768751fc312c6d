"""Sweeps whose PostgreSQL server goes away in the middle: they wait, and lose nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from tests.conftest import OUTSIDE
from tests.sweeps.conftest import JOBLIB, Start, Sweep, folder_of, lines, states, wait_for
from tests.sweeps.postgresql import PASSWORD, Server, running_server, url_of

LAUNCHERS = pytest.mark.parametrize(
    "launcher", [(), pytest.param(JOBLIB, marks=pytest.mark.slow)], ids=["basic", "joblib"]
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as made:
        yield made


@pytest.fixture
def url(server: Server) -> str:
    """Of a new database."""
    name = f"sweeps_{time.monotonic_ns()}"
    server.execute(f"CREATE DATABASE {name}")
    return url_of(server, name)


def trials_in(url: str) -> list[optuna.trial.FrozenTrial]:
    storage = optuna.storages.RDBStorage(url.replace("://", "+psycopg2://", 1))
    try:
        return optuna.load_study(study_name=None, storage=storage).get_trials(deepcopy=False)
    finally:
        storage.engine.dispose()


def ended(process: subprocess.Popen[str]) -> tuple[str, list[str]]:
    """What a sweep has said when it has ended: on stdout, and the lines on stderr."""
    stdout, stderr = process.communicate(timeout=120)
    assert PASSWORD not in stdout + stderr
    return stdout, stderr.splitlines()


def steps(tmp_path: Path, what: str) -> int:
    return sum(line.startswith(what) for line in lines(tmp_path / "events"))


def require_whole(url: str, tmp_path: Path, number: int) -> None:
    """Every combination once, by one job, each with a row."""
    trials = trials_in(url)
    assert states(trials) == ["COMPLETE"] * number
    assert sorted(trial.params["x"] for trial in trials) == list(range(number))
    assert steps(tmp_path, "start") == steps(tmp_path, "end") == number
    assert all(len(trial.intermediate_values) == 3 for trial in trials)
    assert len(lines(folder_of(tmp_path) / "trials.csv")) == number + 1


@LAUNCHERS
def test_a_server_that_restarts_is_waited_for(
    start: Start, server: Server, url: str, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    arguments = "x=range(0,10)", f"events={tmp_path}/events", "seconds=0.1", f"hydra.sweeper.storage={url}"
    process = start(*arguments, *launcher)
    wait_for(lambda: steps(tmp_path, "end") >= 2)
    server.stop()
    try:
        time.sleep(4)
        assert process.poll() is None
    finally:
        server.start()
    _, said = ended(process)
    assert process.returncode == 0, said
    away, back = (sum(word in line for line in said) for word in ("cannot be reached", "is back"))
    assert 1 <= away == back <= 3  # a line of each process that needed it
    assert away + back == len(said)
    assert "waiting up to 10 min" in said[0]
    require_whole(url, tmp_path, 10)


@pytest.mark.slow
def test_connections_that_are_cut_again_and_again_are_made_anew(
    start: Start, server: Server, url: str, tmp_path: Path
) -> None:
    arguments = "x=range(0,10)", f"events={tmp_path}/events", "seconds=0.1", f"hydra.sweeper.storage={url}"
    process = start(*arguments, *JOBLIB)
    wait_for(lambda: steps(tmp_path, "end") >= 1)
    others = f"datname = '{url.rpartition('/')[2]}' AND pid <> pg_backend_pid()"
    while process.poll() is None and steps(tmp_path, "end") < 10:
        server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        time.sleep(0.3)
    _, said = ended(process)
    assert process.returncode == 0, said
    require_whole(url, tmp_path, 10)


@LAUNCHERS
def test_a_signal_stops_a_sweep_that_waits(
    start: Start, sweep: Sweep, server: Server, url: str, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    arguments = (
        "x=range(0,4)",
        f"events={tmp_path}/events",
        "seconds=0.3",
        f"hydra.sweeper.storage={url}",
    )
    process = start(*arguments, *launcher)
    wait_for(lambda: steps(tmp_path, "end") >= 1)
    server.stop()
    try:
        time.sleep(3)
        os.killpg(process.pid, signal.SIGINT)
        _, said = ended(process)
    finally:
        server.start()
    assert process.returncode == 130
    assert said[-1].startswith("stopped by SIGINT; postgresql://")
    assert said[-1].endswith("the same command goes on")
    assert "Traceback" not in " ".join(said)
    again = sweep(*arguments, *launcher)
    assert again.returncode == 0, again.stderr
    done = [trial for trial in trials_in(url) if trial.state.name == "COMPLETE"]
    assert sorted(trial.params["x"] for trial in done) == [0, 1, 2, 3]


@pytest.mark.slow
def test_after_the_longest_wait_a_sweep_ends_and_the_same_command_goes_on(
    sweep: Sweep, server: Server, url: str, tmp_path: Path
) -> None:
    # Ten minutes would be long for a test.
    (tmp_path / "sitecustomize.py").write_text(
        "import sweeps.study.patience\nsweeps.study.patience.LIMIT = 4.0\n"
    )
    path = os.pathsep.join([str(tmp_path), OUTSIDE["PYTHONPATH"]])
    arguments = "x=range(0,4)", f"events={tmp_path}/events", "seconds=0.3", f"hydra.sweeper.storage={url}"
    shown = re.escape(url.replace(PASSWORD, "***"))

    def stop_in_the_middle() -> None:
        wait_for(lambda: steps(tmp_path, "end") >= 1)
        server.stop()

    stopper = threading.Thread(target=stop_in_the_middle)
    stopper.start()
    try:
        result = sweep(*arguments, PYTHONPATH=path)
    finally:
        stopper.join()
        server.start()
    assert result.returncode == 1
    *_, last = result.stderr.splitlines()
    assert re.fullmatch(f"error: {shown} cannot be reached for [45] s .*; the same command goes on .*", last)
    assert "Traceback" not in result.stderr
    again = sweep(*arguments)
    assert again.returncode == 0, again.stderr
    trials = trials_in(url)
    assert sorted(t.params["x"] for t in trials if t.state.name == "COMPLETE") == [0, 1, 2, 3]
    assert states(trials).count("FAIL") <= 1
