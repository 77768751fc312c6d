"""Making a study, or going on with it if it searches the same."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import optuna
import yaml
from omegaconf import OmegaConf
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage
from optuna.study import Study

from sweeps.errors import SweepError, is_fault
from sweeps.plan.composition import save_files
from sweeps.plan.naming import program
from sweeps.plan.plan import Plan
from sweeps.search.samplers import PerTrialSampler, make_pruner
from sweeps.study.folder import StudyFolder
from sweeps.study.objective import objectives_of
from sweeps.study.ownership import require_own
from sweeps.study.view import StudyView
from sweeps.system.atomic import remove_partials, write_text

_SHOWN = 6  # differences in an error


def open_study(plan: Plan, database: BaseStorage | None) -> Study:
    """The study of a plan, and in its folder what it searches and is composed from.

    Args:
        database: the plan's storage, where it is open already.

    Raises:
        SweepError: the storage cannot be reached, or holds a study of this name that searches something else.
    """
    require_own(plan.folder, plan.name, plan.storage)  # before a lock is made in somebody else's
    new = not any(plan.folder.path.iterdir())
    try:
        return _opened(plan, database)
    except SweepError:
        if new:
            _remove(plan.folder)
        raise


def _opened(plan: Plan, database: BaseStorage | None) -> Study:
    with plan.folder.locked():
        require_own(plan.folder, plan.name, plan.storage)
        remove_partials(plan.folder.path, below=False)
        for folder in (plan.folder.conf, plan.folder.workers):
            remove_partials(folder)
        study = _created(plan, database or plan.storage.open())
        view = StudyView(study)
        spec = view.spec
        if spec is None:
            view.note_search(plan.spec.to_mapping(), program())
            if plan.settings.objective is not None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ExperimentalWarning)
                    study.set_metric_names(list(plan.settings.objective))
        elif differences := plan.spec.differences(spec):
            listing = "; ".join(differences[:_SHOWN])
            more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
            raise SweepError(
                f"study {plan.name} in {plan.storage.url} searches something else: {listing}{more}; "
                "hydra.sweeper.study_name=NAME starts another study"
            )
        view.note_command(plan.budget.most, plan.settings.columns)
        save_files(plan.files, plan.folder.conf)
        if not plan.folder.spec.exists():
            content = {
                "study": plan.name,
                "program": program(),
                "storage": plan.storage.within(plan.folder.path),
                **plan.spec.to_mapping(),
            }
            write_text(plan.folder.spec, yaml.safe_dump(content, sort_keys=False))
        multirun = plan.folder.path / "multirun.yaml"
        if not multirun.exists():
            write_text(multirun, OmegaConf.to_yaml(plan.config))
    return study


def _remove(folder: StudyFolder) -> None:
    """Removes a folder that nothing but its lock has come to."""
    with contextlib.suppress(OSError):
        if [entry.name for entry in folder.path.iterdir()] in ([], [folder.lock.name]):
            folder.lock.unlink(missing_ok=True)
            folder.path.rmdir()


def _created(plan: Plan, storage: BaseStorage) -> Study:
    wanted_directions: list[Any] = list(plan.settings.directions)
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
            study = optuna.create_study(directions=wanted_directions, load_if_exists=True, **options)
    except Exception as error:
        if plan.storage.journal is not None and is_fault(error):
            raise
        raise SweepError(f"hydra.sweeper.storage={plan.storage.url}: {plan.storage._said(error)}") from None
    directions = [own.direction for own in objectives_of(study)]
    if directions != wanted_directions:
        raise SweepError(
            f"study {plan.name} in {plan.storage.url} has hydra.sweeper.direction={directions}, "
            f"not {wanted_directions}"
        )
    return study
