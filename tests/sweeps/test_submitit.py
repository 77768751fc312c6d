"""Sweeps under submitit's launcher of local processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps import launchers
from tests.sweeps.conftest import Sweep
from tests.sweeps.test_sweeper import Start

pytest.importorskip(
    "hydra_plugins.hydra_submitit_launcher", reason="needs submitit: pip install 'lstm-vae[submitit]'"
)
LAUNCHER = ("hydra/launcher=submitit_local", "hydra.sweeper.n_workers=2")
pytestmark = pytest.mark.slow


def test_a_grid_is_run_once(sweep: Sweep, tmp_path: Path) -> None:
    launchers.check_a_grid_is_run_once(sweep, tmp_path, *LAUNCHER)


def test_a_killed_worker_is_lost_and_its_trial_tried_again(sweep: Sweep, tmp_path: Path) -> None:
    launchers.check_a_killed_worker_is_lost_and_its_trial_tried_again(sweep, tmp_path, *LAUNCHER)


def test_an_interrupted_sweep_goes_on(start: Start, sweep: Sweep, tmp_path: Path) -> None:
    launchers.check_an_interrupted_sweep_goes_on(start, sweep, tmp_path, *LAUNCHER)
