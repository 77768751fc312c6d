"""Optuna's successive halving and Hyperband for studies whose stopped trials may be promoted, and which are.

Optuna decides once, when a trial reaches a rung: whoever is not among the best then is lost, even if all that
come later are worse. The algorithm (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning",
algorithm 2, `get_job`) decides anew whenever a worker is free: a trial that has come to be among the best
1/eta of its rung goes on. In a study in which none does, both classes do what Optuna's do.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Container
from types import SimpleNamespace
from typing import Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.rungs import Rungs
from sweeps.study.lineage import latest, origin_of
from sweeps.study.objective import objectives_of


class LatestStudy(Study):
    """A view of a study in which every configuration has one trial.

    Args:
        study: Optuna's.
        keep: whether a trial is in the view; None for all.
    """

    def __init__(self, study: Study, keep: Callable[[FrozenTrial], bool] | None = None) -> None:
        self.__dict__.update(vars(study))
        self._thread_local = type(study._thread_local)()
        self._keep = keep

    def _get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None, use_cache: bool = False
    ) -> list[FrozenTrial]:
        trials = [
            trial
            for trial in latest(super()._get_trials(deepcopy=False, use_cache=use_cache))
            if (states is None or trial.state in states) and (self._keep is None or self._keep(trial))
        ]
        return copy.deepcopy(trials) if deepcopy else trials


class _Keeper:
    """Keeps the rungs of a study, and of which."""

    cache: tuple[object, Rungs] | None = None


class SuccessiveHalvingPruner(_Keeper, optuna.pruners.SuccessiveHalvingPruner):
    """Optuna's, by rungs in which every configuration counts once."""

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        return super().prune(study if isinstance(study, LatestStudy) else LatestStudy(study), trial)


class HyperbandPruner(_Keeper, optuna.pruners.HyperbandPruner):
    """Optuna's, by rungs in which every configuration counts once; a trial that resumes another, or repeats
    it, stays in the bracket of that one, though its number would put it in another."""

    def _get_bracket_id(self, study: Study, trial: FrozenTrial) -> int:
        first: Any = SimpleNamespace(number=origin_of(study, trial))  # all that Optuna's looks at
        return super()._get_bracket_id(study, first)

    def _create_bracket_study(self, study: Study, bracket_id: int) -> Study:
        return LatestStudy(study, lambda trial: self._get_bracket_id(study, trial) == bracket_id)


def view_of(study: Study) -> Study:
    """What a sampler learns from: of a study in which trials may be promoted, each configuration once."""
    halves = isinstance(study.pruner, (SuccessiveHalvingPruner, HyperbandPruner))
    return LatestStudy(study) if halves and not isinstance(study, LatestStudy) else study


def rungs_of(study: Study, pruner: SuccessiveHalvingPruner | HyperbandPruner) -> Rungs:
    """The rungs of a study, which its pruner keeps; made anew when it has come to know its brackets."""
    bracket = _brackets(study, pruner)
    of = (study._storage, study._study_id, len(getattr(pruner, "_pruners", ())))
    if pruner.cache is None or pruner.cache[0] != of:
        pruner.cache = (of, Rungs(objectives_of(study)[0], bracket))
    return pruner.cache[1]


def _brackets(
    study: Study, pruner: SuccessiveHalvingPruner | HyperbandPruner
) -> Callable[[FrozenTrial], int]:
    """The bracket of a trial."""
    if isinstance(pruner, SuccessiveHalvingPruner):
        return lambda _: 0
    if not pruner._pruners:
        pruner._try_initialization(study)
    return lambda trial: pruner._get_bracket_id(study, trial)
