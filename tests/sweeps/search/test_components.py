"""Samplers and pruners are looked at before anything that a configuration names is called."""

from __future__ import annotations

from typing import Any

import pytest
from optuna.pruners import BasePruner, MedianPruner
from optuna.samplers import BaseSampler, NSGAIISampler, TPESampler

from hydra_plugins.optuna_study.pruners import PRUNERS
from hydra_plugins.optuna_study.samplers import SAMPLERS
from sweeps.errors import SweepError
from sweeps.search.components import component_class, is_optunas, made

OWN = "tests.sweeps.own_parts"
TPE = {"_target_": "optuna.samplers.TPESampler"}
MEDIAN = {"_target_": "optuna.pruners.MedianPruner"}


def refusal(config: dict[str, Any], field: str, base: type) -> str:
    with pytest.raises(SweepError) as refused:
        component_class(config, field, base)
    return str(refused.value)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_option_is_optunas(name: str) -> None:
    assert is_optunas(SAMPLERS[name])


@pytest.mark.parametrize(
    "config",
    [
        {"_target_": f"{OWN}.OwnSampler"},
        {**TPE, "constraints_func": {"_target_": "hydra.utils.get_method", "path": f"{OWN}.constraint"}},
        {**PRUNERS["patient"], "wrapped_pruner": {"_target_": f"{OWN}.OwnPruner", "patience": 1}},
        {**TPE, "gamma": [{"deep": {"_target_": f"{OWN}.OwnSampler"}}]},
        {**TPE, "gamma": {"_target_": "optuna.samplers.RandomSampler", "_partial_": True}},
    ],
)
def test_what_has_a_part_of_ones_own_or_a_function_is_not_optunas(config: dict[str, Any]) -> None:
    assert not is_optunas(config)


@pytest.mark.parametrize(
    ("value", "allowed"),
    [(3, True), (0, True), (True, False), (2.5, False), ("abc", False), (None, False)],
)
def test_an_argument_is_of_the_kind_that_optunas_signature_says(value: object, allowed: bool) -> None:
    config = {**TPE, "n_startup_trials": value}
    if allowed:
        assert component_class(config, "sampler", BaseSampler) is TPESampler
    else:
        message = refusal(config, "sampler", BaseSampler)
        assert message.startswith("hydra.sweeper.sampler.n_startup_trials=")
        assert message.endswith(": must be int")


def test_where_a_signature_has_a_choice_all_of_it_is_told_as_yaml_has_it() -> None:
    nsgaii = {"_target_": "optuna.samplers.NSGAIISampler", "mutation_prob": "abc"}
    message = refusal(nsgaii, "sampler", BaseSampler)
    assert message == "hydra.sweeper.sampler.mutation_prob=abc: must be float or null"
    for value in (None, 1, 0.5):
        assert component_class({**nsgaii, "mutation_prob": value}, "sampler", BaseSampler) is NSGAIISampler


@pytest.mark.parametrize(
    "crossover",
    [
        {"_target_": "os.system", "command": "touch called"},
        [{"deep": {"_target_": "subprocess.getoutput", "cmd": "touch called"}}],
        {"_target_": f"{OWN}.OwnPruner", "patience": {"_target_": "shutil.rmtree", "path": "called"}},
    ],
)
def test_nothing_of_pythons_library_is_called_however_deep_it_stands(crossover: object) -> None:
    message = refusal({**SAMPLERS["nsgaii"], "crossover": crossover}, "sampler", BaseSampler)
    assert message.startswith("hydra.sweeper.sampler, _target_=")
    assert message.endswith("must be a class of Optuna's or of your own, not of Python's library")


def test_a_function_of_pythons_library_may_be_named_where_it_is_not_called() -> None:
    config = {**TPE, "gamma": {"_target_": "math.ceil", "_partial_": True}}
    assert component_class(config, "sampler", BaseSampler) is TPESampler


def test_the_component_itself_is_made_and_not_only_named() -> None:
    message = refusal({**MEDIAN, "_partial_": True}, "pruner", BasePruner)
    assert message.startswith("hydra.sweeper.pruner._partial_: must be false")


def test_whatever_goes_wrong_when_it_is_made_is_said_of_its_field() -> None:
    assert isinstance(made(MEDIAN, "pruner", BasePruner), MedianPruner)
    with pytest.raises(SweepError, match="^hydra.sweeper.pruner: ValueError: .* n_startup_trials"):
        made({**MEDIAN, "n_startup_trials": -1}, "pruner", BasePruner)
    with pytest.raises(SweepError, match="^hydra.sweeper.pruner: TypeError: .*bogus"):
        made({**MEDIAN, "bogus": 1}, "pruner", BasePruner)
    with pytest.raises(SweepError, match="^hydra.sweeper.pruner._target_=optuna.samplers.TPESampler: is no"):
        made(TPE, "pruner", BasePruner)
