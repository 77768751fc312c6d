"""What only shows when it is used shows before a worker starts, and a rehearsal leaves nothing behind."""

from __future__ import annotations

import optuna
import pytest

from sweeps.errors import SweepError
from sweeps.plan.composition import Composer
from sweeps.plan.rehearsal import rehearse
from tests.sweeps.parts import LOADER, master_of, settings_of, space_of

TPE = "hydra/sweeper/optuna_study/sampler=tpe"
PRUNER = "hydra/sweeper/optuna_study/pruner"


def rehearsed(
    *overrides: str, space: str = "x=interval(0,1)", function: str | None = None, grid: bool = False
) -> None:
    master = master_of(*overrides)
    composer = Composer(LOADER.get_search_path(), master)
    rehearse(settings_of(*overrides), space_of(space, function=function), composer, master, grid)


@pytest.mark.parametrize("sampler", ["auto", "tpe", "random", "qmc", "nsgaii"])
def test_optunas_samplers_pass_also_with_several_objectives(sampler: str) -> None:
    option = f"hydra/sweeper/optuna_study/sampler={sampler}"
    for space in ("x=interval(0,1)", "x=int(interval(1,9))", "x=1,2", "x=tag(log,interval(1,2))"):
        rehearsed(option, space=space)
    rehearsed(option, "hydra.sweeper.direction=[minimize,maximize]")


@pytest.mark.parametrize("pruner", ["median", "percentile", "hyperband", "successive_halving", "patient"])
def test_optunas_pruners_pass(pruner: str) -> None:
    rehearsed(f"{PRUNER}={pruner}")
    rehearsed(f"{PRUNER}={pruner}", space="x=1,2", grid=True)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ((TPE, "hydra.sweeper.sampler.n_ei_candidates=0"), "hydra.sweeper.sampler: ValueError"),
        ((TPE, "hydra.sweeper.sampler.n_startup_trials=abc"), "hydra.sweeper.sampler.n_startup_trials=abc: "),
        (("hydra.sweeper.sampler.seed=abc",), "hydra.sweeper.sampler.seed=abc: must be a whole number"),
        ((f"{PRUNER}=hyperband", "hydra.sweeper.pruner.max_resource=0"), "hydra.sweeper.pruner: ValueError"),
    ],
)
def test_what_raises_when_it_is_used_is_refused(overrides: tuple[str, ...], said: str) -> None:
    with pytest.raises(SweepError) as refused:
        rehearsed(*overrides)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [("raising", "KeyError: 'x'"), ("leaving", "SystemExit"), ("suggesting_an_unknown_key", "nosuchkey"),
     ("suggesting_hydras", "hydra.sweep.dir is Hydra's own"), ("suggesting_no_override", "a b")],
)  # fmt: skip
def test_a_function_that_raises_or_suggests_what_cannot_be_is_refused(name: str, said: str) -> None:
    path = f"tests.sweeps.bad_commands.functions.{name}"
    with pytest.raises(SweepError) as refused:
        rehearsed(function=path)
    assert str(refused.value).startswith(f"hydra.sweeper.custom_search_space={path}: ")
    assert said in str(refused.value)


def test_ones_own_samplers_and_pruners_are_not_rehearsed() -> None:
    """These raise where a trial has no job."""
    own = "tests.sweeps.own_parts"
    rehearsed(f"hydra.sweeper.sampler._target_={own}.OwnSampler")
    rehearsed(f"hydra.sweeper.pruner={{_target_:{own}.OwnPruner,patience:3}}")
    rehearsed(
        TPE,
        f"hydra.sweeper.sampler.constraints_func={{_target_:hydra.utils.get_method,path:{own}.constraint}}",
    )


def test_it_leaves_the_verbosity_of_optuna_alone(capsys: pytest.CaptureFixture[str]) -> None:
    before = optuna.logging.get_verbosity()
    rehearsed(f"{PRUNER}=median")
    assert optuna.logging.get_verbosity() == before
    assert capsys.readouterr().err == ""
