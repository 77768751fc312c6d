"""What `hydra.sweeper` may say."""

from __future__ import annotations

from dataclasses import fields

import pytest

from hydra_plugins.optuna_study.config import SWEEPER
from sweeps.errors import SweepError
from sweeps.settings import Settings
from sweeps.study.objective import MAXIMIZED, MINIMIZED
from tests.sweeps.parts import settings_of


def test_the_defaults_are_what_the_configuration_says() -> None:
    settings = settings_of()
    assert settings.sampler == {"_target_": "auto", "seed": 0}
    assert settings.pruner == {"_target_": "optuna.pruners.NopPruner"}
    assert (settings.directions, settings.objective, settings.several, settings.objectives) == (
        ("minimize",), None, False, (MINIMIZED,),
    )  # fmt: skip
    assert (settings.n_trials, settings.timeout, settings.target, settings.max_failures) == (
        None,
        None,
        None,
        5,
    )
    assert (settings.n_workers, settings.retries, settings.params, settings.enqueue) == (1, 0, {}, ())
    assert settings.ignore == ("events", "once", "seconds", "trouble*", "wait_*")


def test_every_field_of_the_configuration_is_read() -> None:
    of_hydra = {"defaults", "_target_", "_recursive_"}
    names = {"directions": "direction", "seed_keys": "seed_key"}  # in YAML
    read = {names.get(field.name, field.name) for field in fields(Settings)}
    assert SWEEPER.keys() - of_hydra == read


def test_values_are_taken_as_they_are_meant() -> None:
    settings = settings_of(
        "hydra.sweeper.direction=[minimize,maximize]", "hydra.sweeper.objective=[loss,accuracy]",
        "hydra.sweeper.params={x:'1,2'}", "hydra.sweeper.timeout=60", "hydra.sweeper.max_failures=null",
        "hydra.sweeper.enqueue=[{x:1}]", "hydra.sweeper.study_name=s-${shape.depth}",
    )  # fmt: skip
    assert settings.directions == ("minimize", "maximize")
    assert settings.objective == ("loss", "accuracy")
    assert settings.several
    assert (settings.params, settings.enqueue) == ({"x": "1,2"}, ({"x": 1},))
    assert (settings.timeout, settings.max_failures, settings.study_name) == (60.0, None, "s-0.0")
    assert settings_of("hydra.sweeper.direction=maximize").objectives == (MAXIMIZED,)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("direction", "up", "one of minimize, maximize, or a list"),
        ("direction", "[minimize,up]", "one of minimize, maximize, or a list"),
        ("objective", "[1]", "a text or a list of texts"),
        ("study_name", "3", "a text or null"),
        ("storage", "''", "a text or null"),
        ("check", "[a]", "a text or null"),
        ("params", "3", "a mapping or null"),
        ("conditions", "[a]", "a mapping or null"),
        ("enqueue", "x", "a list"),
        ("enqueue_best", "study", "a mapping or null"),
        ("n_trials", "0", "a whole number of at least 1 or null"),
        ("n_trials", "2.5", "a whole number of at least 1 or null"),
        ("n_trials", "true", "a whole number of at least 1 or null"),
        ("max_failures", "-1", "a whole number of at least 0 or null"),
        ("retries", "null", "a whole number of at least 0"),
        ("n_workers", "0", "a whole number of at least 1"),
        ("n_workers", "null", "a whole number of at least 1"),
        ("threads_per_worker", "0", "a whole number of at least 1 or null"),
        ("timeout", "0", "a number above 0 or null"),
        ("timeout", "nan", "a number above 0 or null"),
        ("target", "inf", "a number or null"),
        ("target", "low", "a number or null"),
        ("heartbeat_interval", "0", "a number above 0"),
        ("grace_period", "null", "a number above 0"),
        ("ignore", "[1]", "a text or a list of texts"),
        ("can_continue", "null", "true or false"),
        ("promote", "1", "true, false or null"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(field: str, value: str, allowed: str) -> None:
    with pytest.raises(SweepError) as refused:
        settings_of(f"hydra.sweeper.{field}={value}")
    assert str(refused.value).startswith(f"hydra.sweeper.{field}=")
    assert str(refused.value).endswith(f": must be {allowed}")


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("objective=[a,b]",), "must name as many values as hydra.sweeper.direction"),
        (("grace_period=20",), "hydra.sweeper.grace_period=20: must be at least twice"),
        (("direction=[minimize,minimize]", "target=1"), "hydra.sweeper.target=1: must be null"),
        (("study_name=${nowhere}",), "hydra.sweeper.study_name: Interpolation key 'nowhere' not found"),
        (
            ("promote=true",),
            "hydra.sweeper.promote=true: needs hydra/sweeper/optuna_study/pruner=hyperband or",
        ),
    ],
)
def test_values_that_do_not_go_together_are_refused(overrides: tuple[str, ...], said: str) -> None:
    with pytest.raises(SweepError) as refused:
        settings_of(*(f"hydra.sweeper.{override}" for override in overrides))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_several_directions_are_not_pruned() -> None:
    with pytest.raises(SweepError, match=r"^hydra/sweeper/optuna_study/pruner: must be none"):
        settings_of("hydra.sweeper.direction=[minimize,minimize]", "hydra/sweeper/optuna_study/pruner=median")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("hydra.sweeper.ntrials=3",
            "hydra.sweeper.ntrials=3: there is no such field; did you mean hydra.sweeper.n_"),
        ("+hydra.sweeper.xyz=1", "hydra.sweeper.xyz=1: there is no such field; docs/sweeping.md has all"),
        ("hydra.sweeper._partial_=true", "hydra.sweeper._partial_=true: there is no such field"),
        ("hydra.sweeper.n_workers=10001", "hydra.sweeper.n_workers=10001: must be at most 10,000"),
        ("hydra.sweeper.heartbeat_interval=1e300",
            "hydra.sweeper.heartbeat_interval=1e+300: must be at most"),
        ("hydra.sweeper.direction=[]", "hydra.sweeper.direction=[]: must be one of minimize, maximize"),
        ("hydra.sweeper.n_trials=???", "hydra.sweeper.n_trials: Missing mandatory value"),
        ("hydra.sweeper=null", "hydra.sweeper=null: must be a mapping"),
        ("hydra/sweeper/optuna_study/sampler=x",
            "hydra/sweeper/optuna_study/sampler=x: no such option; must be"),
        ("hydra.sweeper.pruner=null", "hydra.sweeper.pruner=null: must be a mapping with the dotted path"),
    ],
)  # fmt: skip
def test_what_hydra_lets_through_is_refused(override: str, said: str) -> None:
    with pytest.raises(SweepError) as refused:
        settings_of(override)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("field", ["sampler", "pruner"])
def test_the_name_of_an_option_in_the_place_of_its_fields_is_refused_by_name(field: str) -> None:
    with pytest.raises(SweepError, match=f"{field}=tpe"):
        settings_of(f"hydra.sweeper.{field}=tpe")


@pytest.mark.parametrize(
    ("pruner", "can", "promote", "promotes"),
    [
        ("hyperband", "true", "null", True),
        ("successive_halving", "true", "null", True),
        ("median", "true", "null", False),
        ("hyperband", "false", "null", False),
        ("hyperband", "false", "true", True),
        ("hyperband", "true", "false", False),
    ],
)
def test_stopped_trials_go_on_where_the_program_can_and_the_pruner_halves(
    pruner: str, can: str, promote: str, promotes: bool
) -> None:
    settings = settings_of(
        f"hydra/sweeper/optuna_study/pruner={pruner}",
        f"hydra.sweeper.can_continue={can}",
        f"hydra.sweeper.promote={promote}",
    )
    assert settings.promotes is promotes
