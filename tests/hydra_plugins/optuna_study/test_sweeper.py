"""The sweeper as Hydra makes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra._internal.callbacks import Callbacks
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext
from omegaconf import DictConfig

from hydra_plugins.optuna_study.sweeper import OptunaStudySweeper
from tests.conftest import files_below
from tests.sweeps.parts import LOADER, master_of


def never(_: DictConfig) -> float:
    """A job that must not run."""
    raise AssertionError("a job ran")


def sweeper_in(folder: Path) -> Sweeper:
    """The sweeper that Hydra makes of a configuration, of a dry run."""
    return Plugins.instance().instantiate_sweeper(
        config=master_of(f"hydra.sweep.dir={folder}", "hydra.sweeper.dry_run=true"),
        hydra_context=HydraContext(config_loader=LOADER, callbacks=Callbacks()),
        task_function=never,
    )


def test_hydra_finds_and_makes_it_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweeper = sweeper_in(tmp_path / "s")
    assert type(sweeper) is OptunaStudySweeper
    sweeper.sweep(["x=1,2"])
    out, err = capsys.readouterr()
    assert out.splitlines()[-3:] == ["2 combinations:", "  x=1", "  x=2"]
    assert err == ""
    assert files_below(tmp_path) == set()


def test_a_mistake_costs_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        sweeper_in(tmp_path / "s").sweep(["nosuchkey=1,2"])
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "nosuchkey" in line
    assert files_below(tmp_path) == set()
