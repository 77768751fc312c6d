"""What the sweeper's tests are made of: real configurations, real search spaces, real studies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import Trial, TrialState

from sweeps.settings import Settings, settings_from
from sweeps.space import Parameter, Space, parse_space
from sweeps.study import attributes

CONF = Path(__file__).parent / "program" / "conf"


def loader_of(folder: Path = CONF) -> ConfigLoader:
    """Hydra's loader of a program's configuration."""
    with initialize_config_dir(str(folder), job_name="app", version_base="1.3"):
        return GlobalHydra.instance().config_loader()


def master_of(*overrides: str, loader: ConfigLoader | None = None) -> DictConfig:
    """The configuration of a sweep."""
    return (loader or LOADER).load_configuration(
        "config", ["hydra.sweep.dir=/nowhere", *overrides], RunMode.MULTIRUN
    )


def settings_of(*overrides: str) -> Settings:
    """What a sweep's configuration says of the sweeper."""
    return settings_from(master_of(*overrides))


def space_of(
    *arguments: str,
    params: Mapping[str, Any] | None = None,
    conditions: Mapping[str, Any] | None = None,
    function: str | None = None,
) -> Space:
    """The search space of a command line."""
    return parse_space(arguments, params or {}, conditions or {}, function, LOADER)


def parameter_of(argument: str) -> Parameter:
    """The only parameter of a search space."""
    (parameter,) = space_of(argument).parameters
    return parameter


def value_of(override: str) -> Any:
    """The value that Hydra reads in an override."""
    return OverridesParser.create().parse_override(override).value()


def journal_study(folder: Path, name: str = "study", **options: Any) -> optuna.Study:
    """A study in a journal file."""
    storage = JournalStorage(JournalFileBackend(str(folder / "study.journal")))
    return optuna.create_study(study_name=name, storage=storage, load_if_exists=True, **options)


def started(study: optuna.Study) -> Trial:
    """The next trial, with its parameter drawn as a worker does."""
    trial = study.ask()
    trial.suggest_categorical("x", (1, 2, 3))
    return trial


def end(study: optuna.Study, trial: Trial, cause: str) -> None:
    """The trial fails, for a cause."""
    trial.set_user_attr(attributes.CAUSE, cause)
    study.tell(trial, state=TrialState.FAIL)


LOADER = loader_of()
