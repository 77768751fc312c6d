"""Two or more leaderboards side by side: which is better where, and whether that may be chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sweeps.results.alignment import (
    NO_DIFFERENCE,
    UNKNOWN,
    common,
    complete_trials,
    require_same,
    samples_of,
    shared_parameters,
    text_of,
    typed,
)
from sweeps.results.statistics import holm, mean_interval, paired, welch
from sweeps.study.objective import Objective

PAIRED, WELCH = "paired", "Welch"
RESULTS = ("reference_value", "value", "difference", "low", "high", "p")


def compare(boards: Sequence[pd.DataFrame], names: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Compares every board with the first, the reference, combination by combination.

    Only COMPLETE trials count. Combinations are aligned on the parameters that all boards share, by value: 64
    is 64.0 and "64". A parameter that some boards lack is dropped where it has one single value in all trials
    that have it, and refused where it has several: each of them would be set against the same combination.

    Where a board holds a combination several times, one trial stands for it: the one with the most
    replicates, of those the earliest. Not the best, which would favour the board that tried more often; and
    not all together, since trials of the same parameters may have run with the same seeds, and would not be
    independent.

    Args:
        boards: leaderboards; of their columns `trial`, `state`, `value`, `replicates`, `objective`,
            `direction`, `params_*` and, where there are any, `seeds` and `data_*` are read.
        names: a name for each.
        confidence: of the intervals; where there is no difference anywhere, `winner` names a board in one row
            or more with a probability of at most 1 - confidence.

    Returns:
        A row per board but the first, in the order of `names`, and per combination that it shares with the
        first, in ascending order:

        * `params_*`, typed as in the first board;
        * `board`: the other board's name;
        * `reference_value`, `value`: the means of the first board and of the other;
        * `difference`: value - reference_value;
        * `low`, `high`: the interval of this one difference, missing where a board has fewer than two
          replicates;
        * `p`: of the test, adjusted by Holm over all rows, so that it may exceed 1 - confidence where the
          interval alone excludes 0; missing as the interval is, except that it is 1 for equal means of values
          without spread;
        * `winner`: the name of the better board where p < 1 - confidence, else "no difference"; "unknown"
          where p is missing;
        * `n_reference`, `n`: how many values either mean is of;
        * `test`: "paired" where both have as many replicates and the same `seeds`, so that they share each
          replicate's (and with it, as all boards must, the data and their split), else "Welch".

        Its `attrs` hold `reference`, `objective`, `direction`, `confidence` and `dropped`, the dropped
        parameters with their values.

    Raises:
        ComparisonError: the boards cannot be compared.
    """
    complete = complete_trials(boards, names, confidence)
    require_same(complete)
    parameters, dropped_values = shared_parameters(complete)
    reference, *others = complete
    reference_samples = samples_of(reference, parameters)
    rows, results = [], []
    for other in others:
        samples = samples_of(other, parameters)
        for key in common(reference, reference_samples, other, samples):
            mine, its = reference_samples[key], samples[key]
            rows.append(mine.row)
            kind, test = WELCH, welch(its.values, mine.values, confidence)
            if mine.shares_seeds(its):
                of_pairs = paired(its.values, mine.values, confidence)
                if not math.isnan(of_pairs.p):  # all differences alike, as of rounded values, tell nothing
                    kind, test = PAIRED, of_pairs
            means = (mean_interval(values).mean for values in (mine.values, its.values))
            counts = len(mine.values), len(its.values)
            results.append((other.name, *means, test.difference, test.low, test.high, test.p, *counts, kind))
    types = {"board": "string", **dict.fromkeys(RESULTS, "float64"), "winner": "string"}
    types |= {"n_reference": "Int64", "n": "Int64", "test": "string"}
    frame = pd.DataFrame(results, columns=["board", *RESULTS, "n_reference", "n", "test"])
    frame["p"] = holm(frame["p"])
    direction = str(reference.trials["direction"][0])
    better = Objective(direction).cost(frame["difference"]) < 0
    verdict = frame["board"].where(better, reference.name).where(frame["p"] < 1 - confidence, NO_DIFFERENCE)
    frame["winner"] = verdict.where(frame["p"].notna(), UNKNOWN)
    combinations = typed(reference.trials[parameters].iloc[rows].reset_index(drop=True))
    frame = pd.concat([combinations, frame[list(types)].astype(types)], axis="columns")
    frame.attrs = {
        "reference": reference.name,
        "objective": text_of(reference.trials["objective"][0]),
        "direction": direction,
        "confidence": confidence,
        "dropped": dropped_values,
    }
    return frame


def overall(frame: pd.DataFrame) -> pd.DataFrame:
    """Counts what `compare` found: a row per board with `board`, `combinations` (in common with the
    reference), `wins` of the board, `losses` to the reference, `no_difference`, `unknown` and
    `mean_difference`, the mean over combinations, each weighing the same."""
    rows = []
    for board, part in frame.groupby("board", sort=False):
        winners = part["winner"]
        wins, none, unknown = ((winners == what).sum() for what in (board, NO_DIFFERENCE, UNKNOWN))
        with np.errstate(invalid="ignore"):  # of infinite values
            mean = part["difference"].mean(skipna=False)
        rows.append((board, len(part), wins, len(part) - wins - none - unknown, none, unknown, mean))
    names = ["board", "combinations", "wins", "losses", "no_difference", "unknown", "mean_difference"]
    types = dict.fromkeys(names, "Int64") | {"board": "string", "mean_difference": "float64"}
    return pd.DataFrame(rows, columns=names).astype(types)
