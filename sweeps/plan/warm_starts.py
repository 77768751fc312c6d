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
    known = {parameter.name: parameter for parameter in space.parameters}
    result = []
    for index, wanted in enumerate([*settings.enqueue, *best]):
        field = (
            f"hydra.sweeper.enqueue[{index}]"
            if index < len(settings.enqueue)
            else "hydra.sweeper.enqueue_best"
        )
        if not isinstance(wanted, Mapping) or not wanted:
            raise SweepError(f"{field}={wanted}: must map parameters to values")
        values: dict[str, Value] = {}
        for name, value in wanted.items():
            if name not in known:
                raise SweepError(f"{field}: {name} is no parameter of the search ({', '.join(known)})")
            if not known[name].accepts(value):
                raise SweepError(
                    f"{field}: {name}={value} is not in the search space ({known[name].described})"
                )
            values[name] = known[name].canonical(value)
        for name in values if index < len(settings.enqueue) else ():
            for need in known[name].requirements:
                if need.name in values and not need.holds(values):
                    raise SweepError(
                        f"{field}: {name} does not exist with {need.name}={value_text(values[need.name])}"
                    )
        result += _completed(field, values, space) if grid else [values]
    return result


def _completed(field: str, values: dict[str, Value], space: Space) -> list[dict[str, Value]]:
    found = [
        combination
        for combination in space.combinations()
        if all(name in combination and same(combination[name], value) for name, value in values.items())
    ]
    if not found:
        raise SweepError(f"{field}: no combination of the grid has {values}")
    return found


def best_of_another(settings: Settings, space: Space, folder: Path) -> list[Mapping[str, Value]]:
    """The parameters of the k best trials of the study that `hydra.sweeper.enqueue_best` names.

    Raises:
        SweepError: there is no such study.
    """
    wanted = settings.enqueue_best
    if wanted is None:
        return []
    field = "hydra.sweeper.enqueue_best"
    unknown = set(wanted) - {"storage", "study_name", "k"}
    k = wanted.get("k", 1)
    known_fields = not unknown and isinstance(wanted.get("storage"), str)
    known_fields = known_fields and isinstance(wanted.get("study_name", ""), (str, NoneType))
    if not known_fields or isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise SweepError(f"{field}={wanted}: must be {{storage: ..., study_name: ..., k: 1 or more}}")
    try:
        location: StorageLocation = locate(wanted["storage"], folder)
        if not location.exists():
            raise SweepError(f"{field}: there is no {location.url}")
        if location.journal is not None:
            require_journal(location.journal)
        study = optuna.load_study(study_name=wanted.get("study_name"), storage=location.open())
        require_sound(study, f"{field}: {location.url}")
    except SweepError as error:
        said = str(error).replace("hydra.sweeper.storage", f"{field}: storage", 1)
        raise SweepError(said) from None
    except (KeyError, ValueError) as error:
        raise SweepError(f"{field}={wanted}: no such study ({one_line(error, 200)})") from None
    except Exception as error:  # a storage lets through whatever its libraries raise
        raise SweepError(f"{field}: {location.url}: cannot be read ({location._said(error)})") from None
    known = {parameter.name for parameter in space.parameters}
    return [
        {name: value for name, value in trial.params.items() if name in known}
        for trial in best_trials(study, k)
    ]
