"""What a study makes as small, or as large, as it can: the only place that knows a direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Hydra's start, which knows of directions, does without Optuna
    from optuna.study import Study, StudyDirection
    from optuna.trial import FrozenTrial

DIRECTIONS = ("minimize", "maximize")


@dataclass(frozen=True)
class Objective:
    """One of a study's objectives.

    Attributes:
        direction: one of `DIRECTIONS`.
        name: None of one that has none.
    """

    direction: str
    name: str | None = None

    @property
    def minimized(self) -> bool:
        """Whether less is better."""
        return self.direction == DIRECTIONS[0]

    def cost(self, value: Any) -> Any:
        """A value, or a whole column of them, turned so that less is better."""
        return value if self.minimized else -value

    def better(self, one: float, other: float) -> bool:
        """Whether a value is better than another one."""
        return bool(self.cost(one) < self.cost(other))

    def reaches(self, value: float, target: float) -> bool:
        """Whether a value is as good as it has to be."""
        return not self.better(target, value)


MINIMIZED, MAXIMIZED = map(Objective, DIRECTIONS)


def objectives_of(study: Study) -> tuple[Objective, ...]:
    """A study's objectives, with the names that it gives them."""
    names: Sequence[str | None] = study.metric_names or [None] * len(study.directions)
    directions = (direction.name.lower() for direction in study.directions)
    return tuple(map(Objective, directions, names))


def is_known(direction: StudyDirection) -> bool:
    """Whether it is one of `DIRECTIONS`; Optuna has a third, for a study that has not been set."""
    return direction.name.lower() in DIRECTIONS


def costs_of(values: Sequence[float], objectives: Sequence[Objective]) -> tuple[float, ...]:
    """Values, one an objective, turned so that less is better."""
    return tuple(own.cost(value) for own, value in zip(objectives, values, strict=True))


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether costs are at least as good as others in every objective, and better in one."""
    return tuple(one) != tuple(other) and all(a <= b for a, b in zip(one, other, strict=True))


def fronts(costs: Sequence[Sequence[float]]) -> list[int]:
    """Of each point, the number of its front: 1 for those that none dominates, 2 for those that only points
    of front 1 dominate, and so on (Deb et al. 2002, non-dominated sorting)."""
    remaining = dict(enumerate(map(tuple, costs)))
    numbers = [0] * len(costs)
    number = 0
    while remaining:
        number += 1
        for index in _undominated(remaining):
            numbers[index] = number
            del remaining[index]
    return numbers


def front(trials: Sequence[FrozenTrial], objectives: Sequence[Objective]) -> list[FrozenTrial]:
    """The Pareto front of complete trials: those that no other dominates."""
    complete = _complete(trials)
    costs = {index: costs_of(trial.values, objectives) for index, trial in enumerate(complete)}
    return [complete[index] for index in _undominated(costs)]


def _undominated(costs: Mapping[int, Sequence[float]]) -> list[int]:
    """The points that no other dominates."""
    return [
        index for index, own in costs.items() if not any(dominates(other, own) for other in costs.values())
    ]


def best_trials(study: Study, k: int | None = None) -> list[FrozenTrial]:
    """The k best complete trials by the first objective, or all of them, the best first."""
    first = objectives_of(study)[0]
    complete = _complete(study.get_trials(deepcopy=False))
    return sorted(complete, key=lambda trial: first.cost(trial.values[0]))[:k]


def _complete(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    return [trial for trial in trials if trial.state.name == "COMPLETE" and trial.values]
