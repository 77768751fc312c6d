"""The finals of a study: its best configurations again, with seeds that the search has not used.

They are a study of their own in the folder `finals` of the search's, so that they are stopped, resumed and
joined as any other. A value by which a configuration was chosen flatters it: the search's own runs do not
count in them.
"""

from __future__ import annotations

import copy
from dataclasses import replace

from optuna.study import Study

from sweeps.plan.plan import Plan
from sweeps.plan.preparation import settle_place
from sweeps.search.budget import budget_of
from sweeps.space import Space
from sweeps.space.parameter import Value
from sweeps.study.folder import FINALS, StudyFolder
from sweeps.study.holding import combination_key
from sweeps.study.objective import best_trials
from sweeps.study.storage import StorageLocation

NOTHING = {"_target_": "optuna.pruners.NopPruner"}  # a race does the stopping


def finals_of(plan: Plan, study: Study) -> Plan | None:
    """The plan of the finals.

    Args:
        plan: of the search, with `finalists`.
        study: of the search, which has ended.

    Returns:
        None where no trial is complete.
    """
    settings = plan.settings
    assert settings.finalists is not None
    finalists = best_combinations(study, plan.space, settings.finalists)
    if not finalists:
        return None
    folder, name = StudyFolder(plan.folder.path / FINALS), f"{plan.name}-{FINALS}"
    own = replace(
        settings,
        study_name=name,
        sampler={"_target_": "grid", "seed": 0},
        pruner=NOTHING,
        promote=False,
        enqueue=(),
        enqueue_best=None,
        n_trials=None,
        timeout=None,
        target=None,
        stop_when=None,
        replicates=settings.final_replicates,
        finalists=None,
    )
    config = copy.deepcopy(plan.config)
    settle_place(config, folder.path, name)
    first = settings.replicates
    objective = {**plan.spec.objective, "replicates": own.replicates, "first_replicate": first}
    return replace(
        plan,
        config=config,
        settings=own,
        spec=replace(plan.spec, objective=objective),
        name=name,
        grid=True,
        budget=budget_of(own, grid=True),
        folder=folder,
        storage=_storage(plan, folder),
        warm=finalists,
        first_replicate=first,
        races=True,
    )


def best_combinations(study: Study, space: Space, k: int) -> list[dict[str, Value]]:
    """The parameters of the k best complete trials, the best first, none of them twice."""
    parameters = {own.name: own for own in space.parameters}
    result: dict[str, dict[str, Value]] = {}
    for trial in best_trials(study):
        values = {
            name: parameters[name].canonical(value) if name in parameters else value
            for name, value in trial.params.items()
        }
        result.setdefault(combination_key(values), values)
        if len(result) == k:
            break
    return list(result.values())


def _storage(plan: Plan, folder: StudyFolder) -> StorageLocation:
    """Where the search's is in the search's folder, one of the same kind in this folder; else the same."""
    file = plan.storage.file
    if file is None or not file.is_relative_to(plan.folder.path):
        return plan.storage
    return replace(plan.storage, url=plan.storage.url.replace(str(file), str(folder.path / file.name), 1))
