"""Means of few replicates: their intervals, their differences, and many differences at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# `scipy.stats` has all of this, and costs most of a second to import.
from scipy.special import stdtr, stdtrit

ROUNDING = 1e-12  # of the values: what their differences may differ by without meaning anything


@dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval.

    Attributes:
        mean: of the values; NaN of none.
        low: NaN where there are fewer than two values or one is not finite.
        high: likewise.
        n: how many values.
    """

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Difference:
    """A difference of two means, its confidence interval and a test of "there is none".

    Attributes:
        difference: mean(a) - mean(b).
        low: NaN where nothing can be said, see `welch`.
        high: likewise.
        p: two-sided; NaN likewise.
        degrees: of freedom; NaN likewise.
    """

    difference: float
    low: float
    high: float
    p: float
    degrees: float


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """The mean m with the interval m ± t s / √n, where s² = Σ(x - m)² / (n - 1) and t is the quantile
    (1 + confidence) / 2 of Student's distribution with n - 1 degrees of freedom.

    Values without spread give an interval without width.

    Source: Student (1908), The probable error of a mean, Biometrika 6(1).

    Raises:
        ValueError: the confidence is not above 0 and below 1.
    """
    _check(confidence)
    mean, error, n = _moments(values)
    half = _quantile(n - 1, confidence) * error if math.isfinite(error) else math.nan
    return Interval(mean, mean - half, mean + half, n)


def welch(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Difference:
    """Welch's t-test of two independent samples whose variances may differ.

    With the squared standard errors u = s_a² / n_a and v = s_b² / n_b:
    t = (mean(a) - mean(b)) / √(u + v), and the degrees of freedom (Welch-Satterthwaite) are
    (u + v)² / (u² / (n_a - 1) + v² / (n_b - 1)). The interval is difference ± quantile √(u + v).

    One sample without spread is no obstacle: the degrees are then those of the other. Where neither has
    spread, or none but of rounding, nothing tells how far the means are from the truth (rounded values
    often agree by chance), so there are no interval and no degrees; p is 1 where the means are equal, as
    with any spread, and NaN where they differ. All but the difference is NaN where a sample has fewer than
    two values or one that is not finite.

    Source: Welch (1947), The generalization of "Student's" problem when several different population
    variances are involved, Biometrika 34(1-2).

    Raises:
        ValueError: the confidence is not above 0 and below 1.
    """
    _check(confidence)
    mean_a, error_a, n_a = _moments(a)
    mean_b, error_b, n_b = _moments(b)
    difference = mean_a - mean_b
    error = math.hypot(error_a, error_b)
    if error <= ROUNDING * max(_size(a), _size(b)):
        error = 0.0
    if not math.isfinite(error) or error == 0:
        return _tested(difference, error, math.nan, confidence)
    # Shares of the squared error: its fourth powers alone would overflow or vanish for extreme values.
    share_a, share_b = (error_a / error) ** 2, (error_b / error) ** 2
    degrees = 1 / (share_a**2 / (n_a - 1) + share_b**2 / (n_b - 1))
    return _tested(difference, error, degrees, confidence)


def paired(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Difference:
    """Student's t-test of the differences a_i - b_i of pairs: what both of a pair share, a seed or a split,
    does not count against it.

    With m and s the mean and standard deviation of n differences: t = m √n / s, with n - 1 degrees of
    freedom. Where the differences have no spread, or none but of rounding, there are no interval and no
    degrees, as in `welch`.

    Source: Student (1908), The probable error of a mean, Biometrika 6(1).

    Raises:
        ValueError: the confidence is not above 0 and below 1, or there are more of one than of the other.
    """
    _check(confidence)
    first, second = np.asarray(a, dtype=np.float64).ravel(), np.asarray(b, dtype=np.float64).ravel()
    if len(first) != len(second):
        raise ValueError(f"pairs: {len(first)} values and {len(second)}")
    with np.errstate(invalid="ignore"):
        difference, error, n = _moments(first - second)
        size = float(np.abs([first, second]).max(initial=0.0))
    if error <= ROUNDING * size:
        error = 0.0
    return _tested(difference, error, float(n - 1), confidence)


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values: whoever rejects those of at most x errs once or more with a probability of at
    most x, however the tests depend on each other.

    Of m p-values in ascending order, the i-th becomes max over j ≤ i of min(1, (m - j + 1) p_j). NaN stays
    NaN and does not count in m.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6(2).

    Raises:
        ValueError: one is below 0 or above 1.
    """
    p = np.array(p_values, dtype=np.float64)
    is_known = ~np.isnan(p)
    values = p[is_known]
    if ((values < 0) | (values > 1)).any():
        raise ValueError("a p-value is at least 0 and at most 1")
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    adjusted_values = np.empty_like(values)
    adjusted_values[order] = np.minimum(np.maximum.accumulate(steps), 1)
    p[is_known] = adjusted_values
    return p


def _tested(difference: float, error: float, degrees: float, confidence: float) -> Difference:
    """A difference with its standard error, by Student's distribution; without one that is known and above 0,
    nothing can be said of it."""
    if not math.isfinite(error) or error == 0:
        p = 1.0 if error == 0 and difference == 0 else math.nan
        return Difference(difference, math.nan, math.nan, p, math.nan)
    half = _quantile(degrees, confidence) * error
    p = min(1.0, 2 * float(stdtr(degrees, -abs(difference / error))))
    return Difference(difference, difference - half, difference + half, p, degrees)


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence}: must be above 0 and below 1")


def _quantile(degrees: float, confidence: float) -> float:
    """How many standard errors an interval reaches to either side of its middle."""
    return -float(stdtrit(degrees, (1 - confidence) / 2))


def _size(values: ArrayLike) -> float:
    return float(np.abs(np.asarray(values, dtype=np.float64)).max(initial=0.0))


def _moments(values: ArrayLike) -> tuple[float, float, int]:
    """The mean, its standard error s / √n and n; the error is NaN where it is unknown."""
    x = np.asarray(values, dtype=np.float64).ravel()
    n = len(x)
    if n == 0:
        return math.nan, math.nan, 0
    if not np.isfinite(x).all():
        with np.errstate(invalid="ignore"):
            return float(x.mean()), math.nan, n
    with np.errstate(over="ignore", invalid="ignore"):
        # From the first value: equal values have exactly no spread, and their mean is one of them.
        mean = float(x[0] + (x - x[0]).mean())
        deviations = x - mean
        largest = float(np.abs(deviations).max())
        if n < 2 or not math.isfinite(largest):
            return mean, math.nan, n
        if largest == 0:
            return mean, 0.0, n
        # Scaled: squares of tiny deviations would vanish, those of huge ones overflow.
        error = largest * math.sqrt(float(np.square(deviations / largest).sum()) / (n - 1) / n)
    return mean, error, n
