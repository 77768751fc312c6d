"""Whether a study holds what a study may hold. One that was sent may hold anything: what reads it further on
relies on what is checked here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError
from sweeps.study import attributes
from sweeps.study.objective import is_known
from sweeps.system import received
from sweeps.text import one_line

LATEST = 2**33  # seconds since 1970
LONGEST_PATH = 1000  # characters, below a study's folder; systems take a few thousand in all
METRIC_NAMES = "study:metric_names"  # Optuna's own name for them

Check = Callable[[Any], bool]


def require_sound(study: Study, where: object) -> None:
    """Refuses a study that holds what none of ours and none of Optuna's would.

    Args:
        where: it was found, for the message.

    Raises:
        SweepError: it names the trial, the attribute and its value.
    """
    try:
        directions = list(study.directions)
        ours = study.user_attrs
        names = study._storage.get_study_system_attrs(study._study_id).get(METRIC_NAMES)
        trials = study.get_trials(deepcopy=False)
    except Exception as error:  # a storage lets through whatever its libraries raise
        raise SweepError(f"{where}: cannot be read ({one_line(error, 200)})") from None
    if not directions or not all(map(is_known, directions)):
        raise SweepError(f"{where}: the study has no direction")
    if names is not None and (
        not _texts(names) or len(names) != len(directions) or len(set(names)) < len(names)
    ):
        raise SweepError(f"{where}: {METRIC_NAMES}={one_line(names, 80)}: must be a name for each direction")
    _require(where, "the study", ours, _OF_STUDY)
    for number, trial in enumerate(trials):
        own = f"trial {number}"
        if trial.number != number:
            raise SweepError(f"{where}: {own} says that it is trial {trial.number}")
        _require_results(f"{where}: {own}", trial, len(directions))
        _require(where, own, trial.user_attrs, _OF_TRIAL)
        _require(where, own, trial.system_attrs, _OF_SYSTEM)


def are_sound(user_attrs: Mapping[str, Any], system_attrs: Mapping[str, Any]) -> bool:
    """Whether the attributes of a trial are what ours are."""
    try:
        _require("", "", user_attrs, _OF_TRIAL)
        _require("", "", system_attrs, _OF_SYSTEM)
    except SweepError:
        return False
    return True


def is_below(name: Any) -> bool:
    """Whether a text names a folder below another one, and not one elsewhere."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_PATH:
        return False
    if not received.fits(PurePosixPath(name)):
        return False
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.is_absolute() or path.drive or path.root or ".." in path.parts or not path.parts:
            return False
    return True


def _require(where: object, whose: str, attrs: Any, checks: Mapping[str, tuple[Check, str]]) -> None:
    if not isinstance(attrs, Mapping):
        raise SweepError(f"{where}: {whose} has attributes that are no mapping")
    for name, (check, requirement) in checks.items():
        if name in attrs and not check(attrs[name]):
            raise SweepError(
                f"{where}: {whose} has {name}={one_line(attrs[name], 80)}; must be {requirement}"
            )


def _require_results(where: str, trial: FrozenTrial, objectives: int) -> None:
    values = trial.values
    if values is not None and not (isinstance(values, (list, tuple)) and all(map(_number, values))):
        raise SweepError(f"{where}: has values={one_line(values, 80)}; must be numbers")
    if trial.state == TrialState.COMPLETE and (values is None or len(values) != objectives):
        raise SweepError(f"{where}: is COMPLETE and has {len(values or ())} values, must have {objectives}")
    if trial.state == TrialState.PRUNED and values is not None and len(values) != 1:
        raise SweepError(f"{where}: is PRUNED and has {len(values)} values, must have one at most")
    steps = trial.intermediate_values
    if not isinstance(steps, Mapping) or not all(
        _whole(step) and (isinstance(value, float) or _whole(value)) for step, value in steps.items()
    ):
        raise SweepError(f"{where}: its intermediate values must be numbers by step")
    if not isinstance(trial.params, Mapping) or not all(isinstance(name, str) for name in trial.params):
        raise SweepError(f"{where}: its parameters must have names")


def _number(value: Any) -> bool:
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)
    except OverflowError:
        return False


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _time(value: Any) -> bool:
    return _number(value) and 0 <= value < LATEST


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_text, value))


def _numbers(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_number, value))


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _budget(value: Any) -> bool:
    return isinstance(value, Mapping) and (value.get("n_trials") is None or _whole(value["n_trials"]))


def _headings(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        _text(name) and (heading is None or _text(heading)) for name, heading in value.items()
    )


def _seeds(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_text(name) and _whole(seed) for name, seed in value.items())


def _drawn(value: Any) -> bool:
    try:
        return _text(value) and isinstance(json.loads(value), dict)
    except (ValueError, RecursionError):
        return False


def _continues(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == {"trial", "first", "step"}
        and all(map(_whole, value.values()))
    )


_OF_JOB: dict[str, Check] = {
    "folder": is_below,
    "replicates": lambda value: isinstance(value, (list, tuple)) and all(map(is_below, value)),
    "overrides": _texts,
    "host": _text,
    "pid": _whole,
    "beat": _time,
    "worker": _whole,
    "machine": _text,
    "threads": lambda value: value is None or _whole(value),
}


def _job(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        check(value[name]) for name, check in _OF_JOB.items() if name in value
    )


_OF_STUDY: dict[str, tuple[Check, str]] = {
    attributes.SPEC: (_mapping, "a mapping"),
    attributes.PROGRAM: (_text, "a text"),
    attributes.BUDGET: (_budget, "a mapping with n_trials"),
    attributes.COLUMNS: (_headings, "a mapping from columns to headings"),
}
_OF_TRIAL: dict[str, tuple[Check, str]] = {
    attributes.JOB: (_job, "a job, in a folder below the study's"),
    attributes.BEAT: (_time, "seconds since 1970"),
    attributes.REASON: (_text, "a text"),
    attributes.CAUSE: (_text, "a text"),
    attributes.SPARED: (_text, "a text"),
    attributes.RETRY_OF: (_whole, "the number of a trial"),
    attributes.REPLICATES: (_numbers, "numbers"),
    attributes.SEEDS: (_seeds, "a mapping from fields to whole numbers"),
    attributes.CONTINUES: (_continues, "a trial, its first one and a step"),
    attributes.COMBINATION: (_text, "a text"),
    attributes.DRAWN: (_drawn, "values by name, as JSON"),
}
_OF_SYSTEM: dict[str, tuple[Check, str]] = {attributes.FIXED: (_mapping, "a mapping")}
