"""What a sweep must do under every further launcher that runs workers side by side: submitit's, Ray's."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.sweeps.conftest import Start, Sweep, lines, states, trials_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(params=["submitit", "ray"])
def launcher(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The overrides that choose a launcher, where it is installed; Ray's starts a cluster on this machine."""
    extra = request.param
    pytest.importorskip(
        f"hydra_plugins.hydra_{extra}_launcher", reason=f"needs {extra}: pip install 'lstm-vae[{extra}]'"
    )
    option = {"submitit": "submitit_local", "ray": "ray"}[extra]
    return f"hydra/launcher={option}", "hydra.sweeper.n_workers=2"


def done(tmp_path: Path) -> list[object]:
    """The values of x whose trials are complete."""
    return sorted(trial.params["x"] for trial in trials_of(tmp_path) if trial.state.name == "COMPLETE")


def test_a_grid_is_run_once(sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]) -> None:
    arguments = "x=0,1,2,3", f"events={tmp_path}/events", "seconds=0.2", *launcher
    result = sweep(*arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 4
    assert done(tmp_path) == [0, 1, 2, 3]
    assert len({trial.user_attrs["sweeps:job"]["pid"] for trial in trials_of(tmp_path)}) == 2
    again = sweep(*arguments)
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(lines(tmp_path / "events")) == 8


def test_a_killed_worker_is_lost_and_its_trial_tried_again(
    sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    arguments = "x=0,1,2,3", "trouble=kill", "trouble_at=1", f"once={tmp_path}/once", *launcher
    result = sweep(*arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    trials = trials_of(tmp_path)
    assert done(tmp_path) == [0, 1, 2, 3]
    (lost,) = (trial for trial in trials if trial.state.name == "FAIL")
    assert lost.params["x"] == 1
    assert lost.user_attrs["sweeps:cause"] == "lost"
    assert "its worker died" in lost.user_attrs["sweeps:reason"]


def test_an_interrupted_sweep_goes_on(
    start: Start, sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    """Only the sweep's own process gets the signal; no worker may be left at work when it has ended."""
    events = tmp_path / "events"
    arguments = "x=0,1,2,3,4,5", f"events={events}", "slow_at=1", *launcher
    process = start(*arguments, "seconds=30")
    wait_for(lambda: any(line.startswith("start") and line.endswith(" 1") for line in lines(events)))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "stopped by SIGINT" in stderr
    wait_for(lambda: "RUNNING" not in states(trials_of(tmp_path)), 5)
    again = sweep(*arguments, "seconds=0")
    assert again.returncode == 0, again.stdout + again.stderr
    assert done(tmp_path) == [0, 1, 2, 3, 4, 5]
    ends = [line.split()[2] for line in lines(events) if line.startswith("end")]
    assert sorted(ends) == list("012345")
