"""Whether a launcher runs as many workers at a time as are wanted."""

from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from sweeps.errors import SweepError
from sweeps.plan.launcher import require_launcher, require_room
from sweeps.plan.machine import available_cpus
from tests.sweeps.parts import LOADER, master_of

CPUS = available_cpus()


def test_hydras_basic_launcher_has_room_for_one() -> None:
    launcher = master_of().hydra.launcher
    require_room(launcher, 1)
    with pytest.raises(SweepError, match=r"^hydra.sweeper.n_workers=2: must be 1 .* hydra/launcher=joblib"):
        require_room(launcher, 2)


@pytest.mark.parametrize(("n_jobs", "room"), [(-1, CPUS), (-2, max(1, CPUS - 1)), (-9999, 1), (1, 1), (5, 5)])
def test_joblib_has_room_for_its_n_jobs(n_jobs: int, room: int) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    launcher = master_of("hydra/launcher=joblib", f"hydra.launcher.n_jobs={n_jobs}").hydra.launcher
    require_room(launcher, room)
    with pytest.raises(SweepError) as refused:
        require_room(launcher, room + 1)
    assert f"must be at most {room}," in str(refused.value)
    assert f"hydra.launcher.n_jobs={room + 1} allows more" in str(refused.value)
    require_room(
        master_of("hydra/launcher=joblib", f"hydra.launcher.n_jobs={room + 1}").hydra.launcher, room + 1
    )


def test_slurm_has_room_for_its_array() -> None:
    target = "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher"
    launcher = OmegaConf.create({"_target_": target, "array_parallelism": 3})
    require_room(launcher, 3)
    with pytest.raises(SweepError, match=r"at most 3.*hydra.launcher.array_parallelism=4 allows more"):
        require_room(launcher, 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hydra.launcher._target_=os.system"], r"hydra.launcher._target_=os.system: must be one of .*Basic"),
        (["hydra.launcher=null"], r"hydra.launcher=null: must be a mapping; .*\(basic"),
        (["+hydra.launcher.bogus=1"], "hydra.launcher: TypeError"),
        (["+hydra.launcher.a={_target_:builtins.print}"], r"hydra.launcher.a=.*: must not have a _target_"),
        (["hydra/launcher=joblib", "hydra.launcher.n_jobs=0"], "hydra.launcher: ValueError: n_jobs=0"),
        (["hydra/launcher=joblib", "hydra.launcher.pre_dispatch=0"], "hydra.launcher: ValueError: pre_disp"),
        (["hydra/launcher=joblib", "hydra.launcher.prefer=x"], "hydra.launcher: ValueError: prefer="),
    ],
)
def test_a_launcher_that_no_worker_could_be_started_by(words: list[str], said: str) -> None:
    with pytest.raises(SweepError, match=f"^{said}"):
        require_launcher(master_of(*words), LOADER)


@pytest.mark.parametrize("words", [[], ["hydra/launcher=joblib", "hydra.launcher.pre_dispatch=all"]])
def test_hydras_launchers_are_tried_without_running_anything(words: list[str]) -> None:
    require_launcher(master_of(*words), LOADER)


def test_an_unknown_launcher_is_trusted() -> None:
    require_room(OmegaConf.create({"_target_": "my.Launcher"}), 99)
