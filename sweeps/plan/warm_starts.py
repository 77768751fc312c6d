"""Combinations to try first: given ones, and the best of another study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType

import optuna

from sweeps.errors import SweepError
from sweeps.settings import Settings
from sweeps.space import Space
from sweeps.space.parameter import Value, same, value_text
from sweeps.study.objective import best_trials
from sweeps.study.origin import require_journal
from sweeps.study.soundness import require_sound
from sweeps.study.storage import StorageLocation, locate
from sweeps.text import one_line


def warm_starts(
    settings: Settings, space: Space, best: Sequence[Mapping[str, Value]], grid: bool
) -> list[dict[str, Value]]:
    """The combinations to try first: `enqueue` and the best of another study.

    What they leave out is drawn by the sampler; in a grid they stand for all combinations that have them.

    Raises:
        SweepError: one is not in the search space.
    """
    parameters = {parameter.name: parameter for parameter in space.parameters}
    result = []
    for index, combination in enumerate([*settings.enqueue, *best]):
        field = (
            f"hydra.sweeper.enqueue[{index}]"
            if index < len(settings.enqueue)
            else "hydra.sweeper.enqueue_best"
        )
        if not isinstance(combination, Mapping) or not combination:
            raise SweepError(f"{field}={combination}: must map parameters to values")
        values: dict[str, Value] = {}
        for name, value in combination.items():
            if name not in parameters:
                raise SweepError(f"{field}: {name} is no parameter of the search ({', '.join(parameters)})")
            if not parameters[name].accepts(value):
                raise SweepError(
                    f"{field}: {name}={value} is not in the search space ({parameters[name].described})"
                )
            values[name] = parameters[name].canonical(value)
        for name in values if index < len(settings.enqueue) else ():
            for need in parameters[name].requirements:
                if need.name in values and not need.holds(values):
                    raise SweepError(
                        f"{field}: {name} does not exist with {need.name}={value_text(values[need.name])}"
                    )
        result += _completed(field, values, space) if grid else [values]
    return result


def _completed(field: str, values: dict[str, Value], space: Space) -> list[dict[str, Value]]:
    combinations = [
        combination
        for combination in space.combinations()
        if all(name in combination and same(combination[name], value) for name, value in values.items())
    ]
    if not combinations:
        raise SweepError(f"{field}: no combination of the grid has {values}")
    return combinations


def best_of_another(settings: Settings, space: Space, folder: Path) -> list[Mapping[str, Value]]:
    """The parameters of the k best trials of the study that `hydra.sweeper.enqueue_best` names.

    Raises:
        SweepError: there is no such study.
    """
    source = settings.enqueue_best
    if source is None:
        return []
    field = "hydra.sweeper.enqueue_best"
    unknown_keys = set(source) - {"storage", "study_name", "k"}
    k = source.get("k", 1)
    known_fields = not unknown_keys and isinstance(source.get("storage"), str)
    known_fields = known_fields and isinstance(source.get("study_name", ""), (str, NoneType))
    if not known_fields or isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise SweepError(f"{field}={source}: must be {{storage: ..., study_name: ..., k: 1 or more}}")
    try:
        location: StorageLocation = locate(source["storage"], folder)
        if not location.exists():
            raise SweepError(f"{field}: there is no {location.url}")
        if location.journal is not None:
            require_journal(location.journal)
        study = optuna.load_study(study_name=source.get("study_name"), storage=location.open())
        require_sound(study, f"{field}: {location.url}")
    except SweepError as error:
        message = str(error).replace("hydra.sweeper.storage", f"{field}: storage", 1)
        raise SweepError(message) from None
    except (KeyError, ValueError) as error:
        raise SweepError(f"{field}={source}: no such study ({one_line(error, 200)})") from None
    except Exception as error:  # a storage lets through whatever its libraries raise
        raise SweepError(f"{field}: {location.url}: cannot be read ({location._said(error)})") from None
    known_names = {parameter.name for parameter in space.parameters}
    return [
        {name: value for name, value in trial.params.items() if name in known_names}
        for trial in best_trials(study, k)
    ]
