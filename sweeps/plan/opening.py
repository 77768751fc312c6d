"""Making a study, or going on with it if it searches the same."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping
from typing import Any

import optuna
import yaml
from omegaconf import OmegaConf
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage
from optuna.study import Study

from sweeps.errors import SweepError, is_fault
from sweeps.plan.composition import save_files
from sweeps.plan.fingerprint import Difference
from sweeps.plan.naming import program
from sweeps.plan.plan import Plan
from sweeps.search.samplers import PerTrialSampler, make_pruner
from sweeps.study.finding import read_spec
from sweeps.study.folder import StudyFolder
from sweeps.study.objective import objectives_of
from sweeps.study.ownership import require_own
from sweeps.study.view import StudyView
from sweeps.system.atomic import remove_partials, write_text
from sweeps.terminal.console import mention
from sweeps.text import without_passwords

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
        elif new_fields := require_same(plan, spec):
            view.note_search(plan.spec.to_mapping(), view.program)
            listing = ", ".join(f"{own.field}={own.now}" for own in new_fields)
            mention(f"accepted, for the trials from now on: {listing}")
        view.note_command(plan.budget.most, plan.settings.columns)
        _say_what_is_searched(plan)
        multirun = plan.folder.path / "multirun.yaml"
        if not multirun.exists():
            write_text(multirun, without_passwords(OmegaConf.to_yaml(plan.config)))
    return study


def require_same(plan: Plan, spec: Mapping[str, Any]) -> list[Difference]:
    """Checks that a study searches what a plan does.

    Args:
        spec: what the study searches.

    Returns:
        Fields that the study did not have when it was begun, which the plan accepts.

    Raises:
        SweepError: it searches something else.
    """
    differences = plan.spec.differences(spec)
    only_new = all(own.new_field for own in differences)
    if only_new and plan.settings.accept_new_fields:
        return differences
    if not differences:
        return []
    listing = "; ".join(map(str, differences[:_SHOWN]))
    more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
    accept = ", hydra.sweeper.accept_new_fields=true goes on with it" if only_new else ""
    raise SweepError(
        f"study {plan.name} in {plan.storage.url} searches something else: {listing}{more}; "
        f"hydra.sweeper.study_name=NAME starts another study{accept}"
    )


def _say_what_is_searched(plan: Plan) -> None:
    """Has the study's folder say it, and keep what its configurations are composed of."""
    searched = plan.spec.to_mapping()
    said = read_spec(plan.folder) if plan.folder.spec.exists() else {}
    # A field that came later is in no earlier copy.
    came_later = bool(said) and bool(plan.spec.differences(said))
    own = [plan.settings.storage, (plan.settings.enqueue_best or {}).get("storage")]
    masked_urls = [str(url) for url in own if url is not None]
    save_files(plan.files, plan.folder.conf, masked_urls, renew=came_later)
    if not said or came_later:
        head = {"study": plan.name, "program": program(), "storage": plan.storage.within(plan.folder.path)}
        write_text(plan.folder.spec, yaml.safe_dump({**head, **said, **searched}, sort_keys=False))


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
