"""Making a study, or going on with it if it searches the same."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import optuna
import yaml
from omegaconf import OmegaConf
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage
from optuna.study import Study

from sweeps import attributes
from sweeps.atomic import write_text
from sweeps.errors import SweepError
from sweeps.finding import read_spec
from sweeps.naming import program
from sweeps.plan import Plan
from sweeps.samplers import PerTrialSampler, make_pruner

_SHOWN = 6  # differences in an error
OWN = {
    "study.journal",
    "study.journal.lock",
    "conf",
    "workers",
    "multirun.yaml",
}  # made before spec.yaml may be


def open_study(plan: Plan, database: BaseStorage | None) -> Study:
    """The study of a plan, and in its folder what it searches and is composed from.

    Args:
        database: the plan's storage, where it is open already.

    Raises:
        SweepError: the storage cannot be reached, or holds a study of this name that searches something else.
    """
    with plan.folder.locked():
        _require_own_folder(plan)
        study = _created(plan, database or plan.storage.open())
        spec = study.user_attrs.get(attributes.SPEC)
        if spec is None:
            study.set_user_attr(attributes.SPEC, plan.spec.to_mapping())
            study.set_user_attr(attributes.PROGRAM, program())
            if plan.settings.objective is not None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ExperimentalWarning)
                    study.set_metric_names(list(plan.settings.objective))
        elif differences := plan.spec.differences(spec):
            shown = "; ".join(differences[:_SHOWN])
            more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
            raise SweepError(
                f"study {plan.name} in {plan.storage.url} searches something else: {shown}{more}; "
                "hydra.sweeper.study_name=NAME starts another study"
            )
        budget = {"n_trials": plan.budget.n_trials}
        if study.user_attrs.get(attributes.BUDGET) != budget:
            study.set_user_attr(attributes.BUDGET, budget)
        plan.composer.save_files(plan.folder.conf)
        if not plan.folder.spec.exists():
            where = plan.storage.url
            if Path(where).is_relative_to(plan.folder.path):
                where = str(Path(where).relative_to(plan.folder.path))  # the folder may be moved
            described = {
                "study": plan.name,
                "program": program(),
                "storage": where,
                **plan.spec.to_mapping(),
            }
            write_text(plan.folder.spec, yaml.safe_dump(described, sort_keys=False))
        multirun = plan.folder.path / "multirun.yaml"
        if not multirun.exists():
            write_text(multirun, OmegaConf.to_yaml(plan.config))
    return study


def _require_own_folder(plan: Plan) -> None:
    path = plan.folder.path
    if not plan.folder.spec.exists():
        if any(not entry.name.startswith(".") and entry.name not in OWN for entry in path.iterdir()):
            raise SweepError(f"hydra.sweep.dir={path}: must be a new or empty folder, or this study's own")
        return
    held = read_spec(plan.folder)["study"]
    if held != plan.name:
        raise SweepError(f"hydra.sweep.dir={path}: holds the study {held}, not {plan.name}")


def _created(plan: Plan, storage: BaseStorage) -> Study:
    wanted: list[Any] = list(plan.settings.directions)
    options: dict[str, Any] = {
        "study_name": plan.name,
        "storage": storage,
        "sampler": PerTrialSampler(plan.settings.sampler),
        "pruner": make_pruner(plan.settings.pruner),
    }
    try:
        try:
            study = optuna.load_study(**options)
        except KeyError:
            study = optuna.create_study(directions=wanted, load_if_exists=True, **options)
    except Exception as error:
        raise SweepError(f"hydra.sweeper.storage={plan.storage.url}: {plan.storage._said(error)}") from None
    directions = [direction.name.lower() for direction in study.directions]
    if directions != wanted:
        raise SweepError(
            f"study {plan.name} in {plan.storage.url} has hydra.sweeper.direction={directions}, not {wanted}"
        )
    return study
