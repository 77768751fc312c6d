"""What a report says of a study, gathered from the study, its board and the files that its trials left."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from optuna.distributions import FloatDistribution
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.errors import SweepError
from sweeps.plan.again import again
from sweeps.reports.answer import Answer, answer_of, finals_decide
from sweeps.reports.cost import Cost, cost_of
from sweeps.reports.effects import Effects, effects_of
from sweeps.results import records
from sweeps.results.leaderboard import leaderboard
from sweeps.study.finding import FoundStudy, find_study
from sweeps.study.folder import FINALS
from sweeps.study.lineage import latest
from sweeps.study.objective import best_trials, front, objectives_of
from sweeps.study.tally import Tally, tally
from sweeps.study.trial import TrialView, is_surplus
from sweeps.study.view import StudyView
from sweeps.terminal.wording import shown_params
from sweeps.text import one_line, without_passwords


@dataclass(frozen=True)
class Curve:
    """The intermediate values of a configuration.

    Attributes:
        trial: the number of its last trial.
        state: of that.
        label: its parameters.
        steps: in their order.
        values: finite ones only.
        resumed_at: the step after which it was promoted; None of one that was not.
    """

    trial: int
    state: str
    label: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    resumed_at: int | None


@dataclass(frozen=True)
class Progress:
    """A complete trial on the way to the best.

    Attributes:
        seconds: since the study's first trial began.
        trial: its number.
        value: its own.
        best: the best so far.
    """

    seconds: float
    trial: int
    value: float
    best: float


@dataclass(frozen=True)
class Failure:
    """Trials that failed for one reason."""

    reason: str
    trials: tuple[int, ...]


@dataclass(frozen=True)
class Content:
    """All of it.

    Attributes:
        name: of the study.
        path: of its folder.
        space: each parameter's values, in words.
        intervals: whether values are drawn on a log scale, of parameters that take any in an interval.
        answer: to the study's question.
        objective: what the values are called.
        minimized: whether less is better.
        unit: of the objective; empty where no record says.
        board: the leaderboard.
        columns: of records, that tables show, with their headings.
        curves: of all configurations that report.
        progress: complete trials in the order in which they ended; of one objective.
        importances: of parameters, the largest first; empty where none can be computed.
        effects: of the parameters' choices; None where they cannot be told.
        failures: by reason, the most frequent first.
        cost: of the study.
        counts: of trials.
        again: the commands that repeat the best trial's runs; None where there is none.
        top: the best trials.
        best: the number of the trial of the combination that the answer names.
        finals: of its finals, where there are some.
    """

    name: str
    path: Path
    space: dict[str, str]
    intervals: dict[str, bool]
    answer: Answer
    objective: str
    minimized: bool
    unit: str
    board: pd.DataFrame
    columns: dict[str, str | None]
    curves: tuple[Curve, ...]
    progress: tuple[Progress, ...]
    importances: dict[str, float]
    effects: Effects | None
    failures: tuple[Failure, ...]
    cost: Cost
    counts: Tally
    again: Sequence[str] | None
    top: tuple[FrozenTrial, ...]
    best: int | None
    finals: Content | None

    @property
    def winner(self) -> Content:
        """Of whose trials the answer is: the finals', where one of these has come to its end."""
        return self.finals if self.finals is not None and finals_decide(self.finals.board) else self


def content_of(found: FoundStudy, top: int) -> Content:
    """Gathers it.

    Args:
        top: so many of the best trials are looked at more closely.
    """
    study = found.study
    trials = study.get_trials(deepcopy=False)
    objectives = objectives_of(study)
    board = leaderboard(study, found.folder.path)
    best = tuple(best_trials(study, top) if len(objectives) == 1 else front(trials, objectives)[:top])
    objective = str(board["objective"].iloc[0]) if not board.empty else str(objectives[0].name or "value")
    finals_folder = found.folder.path / FINALS
    finals = content_of(find_study(finals_folder), top) if (finals_folder / "spec.yaml").is_file() else None
    unit = _unit(best, objective, found.folder.path)
    return Content(
        name=study.study_name,
        path=found.folder.path,
        space={str(name): str(values) for name, values in found.spec.get("search_space", {}).items()},
        intervals={
            name: distribution.log
            for trial in trials
            for name, distribution in trial.distributions.items()
            if isinstance(distribution, FloatDistribution) and distribution.step is None
        },
        answer=answer_of(
            board,
            objectives,
            objective,
            unit,
            finals.board if finals is not None else None,
            finals is None or not (finals.counts.running or finals.counts.waiting),
        ),
        objective=objective,
        minimized=objectives[0].minimized,
        unit=unit,
        board=board,
        columns=dict(StudyView(study).columns),
        curves=tuple(_curves(trials)) if len(objectives) == 1 else (),
        progress=tuple(_progress(study, trials)) if len(objectives) == 1 else (),
        importances=_importances(study) if len(objectives) == 1 else {},
        effects=effects_of(board, trials) if len(objectives) == 1 else None,
        failures=tuple(_failures(trials)),
        cost=cost_of(trials),
        counts=tally(trials, objectives[0]),
        again=again(StudyView(study).program, best[0]) if best else None,
        top=best,
        best=_best_of(trials, best, finals),
        finals=finals,
    )


def _best_of(
    trials: Sequence[FrozenTrial], best: Sequence[FrozenTrial], finals: Content | None
) -> int | None:
    if finals is not None and finals_decide(finals.board) and finals.top:
        same = [trial.number for trial in latest(trials) if trial.params == finals.top[0].params]
        if same:
            return same[-1]
    return best[0].number if best else None


def _unit(best: Sequence[FrozenTrial], objective: str, root: Path) -> str:
    """What the best trial's record says of the objective's."""
    for record in records.of_trial(best[0], root) if best else []:
        units = (record or {}).get("units")
        unit = units.get(objective) if isinstance(units, dict) else None
        if isinstance(unit, str):
            return one_line(unit, 40)
    return ""


def _curves(trials: Sequence[FrozenTrial]) -> list[Curve]:
    result = []
    for trial in latest(trials):
        items = [(s, v) for s, v in sorted(trial.intermediate_values.items()) if math.isfinite(v)]
        if not items or trial.state == TrialState.WAITING:
            continue
        resumption = TrialView(trial).resumes
        result.append(
            Curve(
                trial.number,
                trial.state.name,
                shown_params(trial.params),
                tuple(step for step, _ in items),
                tuple(value for _, value in items),
                resumption.step if resumption is not None else None,
            )
        )
    return result


def _progress(study: Study, trials: Sequence[FrozenTrial]) -> list[Progress]:
    objective = objectives_of(study)[0]
    starts = [trial.datetime_start for trial in trials if trial.datetime_start is not None]
    complete = [
        (trial.datetime_complete, trial)
        for trial in trials
        if trial.state == TrialState.COMPLETE and trial.values and trial.datetime_complete is not None
    ]
    result: list[Progress] = []
    for end, trial in sorted(complete, key=lambda pair: (pair[0], pair[1].number)):
        value = trial.values[0]
        best = value if not result or objective.better(value, result[-1].best) else result[-1].best
        result.append(Progress((end - min(starts, default=end)).total_seconds(), trial.number, value, best))
    return result


def _importances(study: Study) -> dict[str, float]:
    from optuna.importance import get_param_importances

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(get_param_importances(study))
    except Exception:  # too few trials, or one value of each parameter: whatever its arithmetic stumbles over
        return {}


def _failures(trials: Sequence[FrozenTrial]) -> list[Failure]:
    by_reason: dict[str, list[int]] = {}
    for trial in trials:
        if trial.state == TrialState.FAIL and not is_surplus(trial):
            reason = without_passwords(TrialView(trial).reason or "no reason known")
            by_reason.setdefault(one_line(reason, 300), []).append(trial.number)
    ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[1]))
    return [Failure(reason, tuple(numbers)) for reason, numbers in ordered]


def require_some(contents: Sequence[Content]) -> None:
    """Refuses studies of which there is nothing to report.

    Raises:
        SweepError: no trial has run.
    """
    for content in contents:
        if content.board.empty:
            raise SweepError(f"{content.path}: no trial has run yet")
