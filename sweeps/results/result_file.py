"""`trial.json`: the result of a trial, in its own folder, before the study is told of it.

A process may die between the end of a job and the study's knowing of it, and a study may lose its last
records to a power cut; what took hours to compute is then entered again from here.
"""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from optuna.distributions import BaseDistribution, distribution_to_json, json_to_distribution
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from sweeps.results.outcome import Outcome
from sweeps.study.soundness import are_sound
from sweeps.study.trial import with_replicates
from sweeps.system import received
from sweeps.system.atomic import write_text

NAME = "trial.json"


@dataclass(frozen=True)
class Result:
    """What the file says.

    Attributes:
        number: the trial's.
        values: None of a PRUNED one.
        user_attrs: as the study had them when the job ended.
        system_attrs: likewise.
    """

    number: int
    state: TrialState
    values: tuple[float, ...] | None
    reason: str
    params: dict[str, Any]
    distributions: dict[str, BaseDistribution]
    user_attrs: dict[str, Any]
    system_attrs: dict[str, Any]
    intermediate_values: dict[int, float]
    started: datetime
    ended: datetime


def write(folder: Path, study: Study, trial: Trial, outcome: Outcome) -> None:
    """Writes the result of a job that is COMPLETE or PRUNED into its folder."""
    frozen: FrozenTrial = study._storage.get_trial(trial._trial_id)
    attrs = dict(frozen.user_attrs)
    if outcome.replicates:
        attrs = with_replicates(attrs, outcome.replicates)
    account = {
        "study": study.study_name,
        "trial": frozen.number,
        "state": outcome.state.name,
        "values": list(outcome.values) if outcome.state == TrialState.COMPLETE else None,
        "reason": outcome.reason,
        "params": frozen.params,
        "distributions": {name: distribution_to_json(own) for name, own in frozen.distributions.items()},
        "user_attrs": attrs,
        "system_attrs": frozen.system_attrs,
        "intermediate_values": frozen.intermediate_values,
        "started": (frozen.datetime_start or datetime.now()).isoformat(),
        "ended": datetime.now().isoformat(),
    }
    # The study is told all the same: this is only for when that is lost.
    with contextlib.suppress(OSError):
        write_text(folder / NAME, json.dumps(account, indent=1) + "\n")


def read(path: Path, study_name: str) -> Result | None:
    """Reads a result; None of one that is torn, or another study's."""
    try:
        content = received.json_of(path)
        if content["study"] != study_name:
            return None
        values = content["values"]
        result = Result(
            number=int(content["trial"]),
            state=TrialState[content["state"]],
            values=tuple(float(value) for value in values) if values is not None else None,
            reason=str(content["reason"]),
            params=dict(content["params"]),
            distributions={name: json_to_distribution(own) for name, own in content["distributions"].items()},
            user_attrs=dict(content["user_attrs"]),
            system_attrs=dict(content["system_attrs"]),
            intermediate_values={int(step): float(x) for step, x in content["intermediate_values"].items()},
            started=datetime.fromisoformat(content["started"]),
            ended=datetime.fromisoformat(content["ended"]),
        )
        return result if _makes_sense(result) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        return None


def _makes_sense(result: Result) -> bool:
    if result.number < 0 or result.params.keys() != result.distributions.keys():
        return False
    if result.started.tzinfo is not None or result.ended.tzinfo is not None:
        return False
    if not are_sound(result.user_attrs, result.system_attrs):
        return False
    for name, own in result.distributions.items():
        if not own._contains(own.to_internal_repr(result.params[name])):
            return False
    if result.state == TrialState.PRUNED:
        return result.values is None
    numbers = result.values is not None and all(math.isfinite(value) for value in result.values)
    return result.state == TrialState.COMPLETE and numbers
