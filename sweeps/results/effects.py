"""What each choice of each parameter adds to the objective: all trials of a board tell of every parameter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sweeps.errors import SweepError
from sweeps.results.additive_model import AdditiveModel, Factor, UndeterminedError
from sweeps.results.alignment import complete_of, require_direction, text_of
from sweeps.results.row import PARAMS
from sweeps.results.statistics import holm
from sweeps.study.objective import Objective

ODD = 0.01  # probability that a board without any odd trial has one named
NEEDED = ("trial", "state", "value", "objective", "direction")


@dataclass(frozen=True)
class Verdict:
    """Whether a parameter's choices differ at all.

    Attributes:
        parameter: its name.
        f: the F statistic; NaN where the choices leave nothing unexplained.
        degrees: of freedom, of the parameter and of the noise.
        p: of the test, adjusted by Holm over the parameters; NaN as `f`.
        matters: whether it says that they do.
        best: the choice with the best effect.
        as_good: further choices whose difference from the best may be chance, the best first.
    """

    parameter: str
    f: float
    degrees: tuple[int, int]
    p: float
    matters: bool
    best: str
    as_good: tuple[str, ...]


@dataclass(frozen=True)
class Misfit:
    """A trial that the effects do not explain.

    Attributes:
        trial: its number.
        value: what it came to.
        expected: what its choices add up to.
    """

    trial: int
    value: float
    expected: float


def effects(board: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Fits value = mean + an effect of each parameter's choice + noise to the COMPLETE trials.

    The effects of a parameter sum to zero over its choices, each weighing the same, however often it was
    tried. Noise is what seeds do and what parameters do only together: with one seed a combination nobody can
    tell the two apart. Trials with replicates count with their mean. `AdditiveModel` has the formulas.

    Args:
        board: a leaderboard; its columns `trial`, `state`, `value`, `objective`, `direction`, `params_*` are
            read.
        confidence: of the intervals and tests.

    Returns:
        A row per choice, parameters in the board's order, choices from the best on: `parameter`, `choice`,
        `effect` with its interval `low`, `high` (each by itself), `p` of its difference from the best choice
        (adjusted by Holm over all pairs of the parameter's choices, since which one is best is read off the
        same trials; missing for the best itself) and `trials`, how many had it.

        Its `attrs` hold `objective`, `direction`, `confidence`, `mean` over all choices, `spread`, the
        standard deviation of the noise, `trials`, how many, `verdicts`, one a parameter, and `misfits`.

    Raises:
        SweepError: the board cannot be taken apart so; the message says why.
    """
    if not 0 < confidence < 1:
        raise SweepError(f"confidence={confidence}: must be above 0 and below 1")
    trials = _complete(board)
    values = trials["value"].to_numpy(np.float64)
    # From the first value on: sums of large values would lose the digits in which trials differ.
    try:
        model = AdditiveModel.fitted_to(_factors(trials), values - values[0])
    except UndeterminedError as error:
        raise SweepError(f"the board's complete trials: {error}") from None
    direction = str(trials["direction"][0])
    rows: list[tuple[Any, ...]] = []
    verdicts = []
    p_values = holm([model.p(number) for number in range(len(model.factors))])
    for number, factor in enumerate(model.factors):
        means, halves = model.effects(number), model.halves(number, confidence)
        order = np.argsort(Objective(direction).cost(means), kind="stable")
        p = model.differences(number)[order[0]]
        for level in order:
            interval = means[level] - halves[level], means[level] + halves[level]
            count = int((factor.index == level).sum())
            rows.append((factor.name, factor.levels[level], means[level], *interval, p[level], count))
        best, *as_good = (factor.levels[level] for level in order if not p[level] < 1 - confidence)
        degrees = len(means) - 1, model.degrees
        known = not math.isnan(model.f(number))
        verdict = Verdict(
            factor.name,
            model.f(number),
            degrees,
            float(p_values[number]),
            bool(p_values[number] < 1 - confidence),
            best,
            tuple(as_good if known else ()),
        )
        verdicts.append(verdict)
    fitted = model.fitted
    names = ["parameter", "choice", "effect", "low", "high", "p", "trials"]
    frame = pd.DataFrame(rows, columns=names).astype({"trials": "Int64"})
    frame.attrs = {
        "objective": text_of(trials["objective"][0]),
        "direction": direction,
        "confidence": confidence,
        "mean": float(values[0] + model.mean),
        "spread": math.sqrt(model.variance),
        "trials": len(values),
        "verdicts": verdicts,
        "misfits": [
            Misfit(int(trials["trial"][row]), float(values[row]), float(values[0] + fitted[row]))
            for row in model.outliers(ODD)
        ],
    }
    return frame


def _complete(board: pd.DataFrame) -> pd.DataFrame:
    trials = complete_of(board, "the board", NEEDED)
    for column in ("objective", "direction"):
        if trials[column].nunique(dropna=False) > 1:
            raise SweepError(f"the board has several values of {column}")
    require_direction(trials, "the board")
    if not np.isfinite(trials["value"].to_numpy(np.float64)).all():
        raise SweepError("a COMPLETE trial of the board has no finite value")
    return trials


def _factors(trials: pd.DataFrame) -> list[Factor]:
    """The parameters that vary, each with its choices in the order of their appearance."""
    factors = []
    for column in (str(name) for name in trials.columns if str(name).startswith(PARAMS)):
        name = column.removeprefix(PARAMS)
        texts = [text_of(cell) or "-" for cell in trials[column]]
        levels = tuple(dict.fromkeys(texts))
        if len(levels) > max(2, len(texts) // 2):
            raise SweepError(
                f"{name} has {len(levels)} values in {len(texts)} trials; "
                "effects are of choices that trials share"
            )
        if len(levels) > 1:
            factors.append(Factor(name, levels, np.array([levels.index(text) for text in texts])))
    if not factors:
        raise SweepError("no parameter of the board has more than one value")
    return factors
