"""The sweeper's configuration as Hydra knows it, and its options as Optuna does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hydra.utils import get_class

from hydra_plugins.optuna_study.config import register_configs
from hydra_plugins.optuna_study.first_look import FirstLook
from hydra_plugins.optuna_study.pruners import PRUNERS
from hydra_plugins.optuna_study.samplers import SAMPLERS
from sweeps.settings import settings_from
from tests.conftest import ROOT
from tests.sweeps.parts import CONF, LOADER, loader_of, master_of

GROUPS = {"sampler": SAMPLERS, "pruner": PRUNERS}


@pytest.mark.parametrize("group", GROUPS)
def test_every_option_is_known_to_hydra_and_documented(group: str) -> None:
    options = LOADER.get_group_options(f"hydra/sweeper/optuna_study/{group}")
    assert options == sorted(GROUPS[group])
    text = (ROOT / "docs" / "sweeping.md").read_text(encoding="utf-8")
    # `auto` is what is taken where none is named.
    assert [name for name in options if f"`{name}`" not in text and name != "auto"] == []


def test_nothing_stands_where_hydras_official_plugin_has_its_groups() -> None:
    assert "optuna_study" in LOADER.get_group_options("hydra/sweeper")
    assert LOADER.list_groups("hydra/sweeper") == ["optuna_study"]


def test_to_register_twice_changes_nothing() -> None:
    option = "hydra/sweeper/optuna_study/pruner=patient"
    before = master_of(option).hydra.sweeper
    register_configs()
    assert master_of(option).hydra.sweeper == before


def test_the_first_look_stands_beside_a_programs_own_callbacks() -> None:
    callbacks = master_of("+hydra.callbacks.own._target_=program.Own").hydra.callbacks
    assert callbacks.own._target_ == "program.Own"
    # Hydra reads its plugins' modules a second time: the class has a twin.
    assert get_class(callbacks.optuna_study._target_).__qualname__ == FirstLook.__qualname__


def test_what_is_particular_to_a_program_is_found_in_its_configuration(tmp_path: Path) -> None:
    conf = Path(shutil.copytree(CONF, tmp_path / "conf"))
    own = conf / "hydra" / "sweeper" / "optuna_study" / "program.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "# @package hydra.sweeper\ncan_continue: true\nprocess_wide: [y]\nn_trials: 7\n", encoding="utf-8"
    )
    loader = loader_of(conf)
    settings = settings_from(master_of("hydra.sweeper.n_trials=8", loader=loader))
    assert (settings.can_continue, settings.process_wide, settings.n_trials) == (True, ("y",), 8)
    assert not settings_from(master_of()).can_continue
