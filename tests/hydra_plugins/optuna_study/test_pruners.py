"""Pruners that have a name."""

from __future__ import annotations

import pytest

from hydra_plugins.optuna_study.pruners import PRUNERS
from tests.hydra_plugins.optuna_study.options import require_optunas


@pytest.mark.parametrize("name", [name for name in PRUNERS if "." in PRUNERS[name]["_target_"]])
def test_the_arguments_and_defaults_of_an_option_are_optunas(name: str) -> None:
    require_optunas(PRUNERS[name])
